"""Letters: signed JSON that is sent to somebody's service over HTTP, by whichever room has something to tell.

`rules` says where it may lie, how letters are signed and when one is tried again; `seals` keeps the secrets they are signed with; `sending`
sends them; `couriers` tell everybody what there is for each, whatever is killed meanwhile.
"""
