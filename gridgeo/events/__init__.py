"""Events and residents' requests (事件, 民生诉求): from the first report to the closing, who is at it, and by when it is to be done.

Doors: :mod:`.intake` takes reports in, :mod:`.acting` carries an event from stage to stage, :mod:`.store` reads. What may follow what is
one table in :mod:`.rules`. Who a reporter is stands in the linkage room, never here.
"""
