"""Pictures, videos and papers of events: their bytes, in files by their SHA-256, without where and by whom they were taken.

`rules` tells their kinds by their content, `cleaning` takes out of them what tells on somebody, `places` and `bucket` keep them (in a
directory, in an S3-compatible store), `store` says which event has which. Bytes are announced, kept, and then the event's: whoever dies in
between leaves what `care` removes a day later, and never a name without its bytes.
"""
