"""What stages, parts and doings of events are called, in Chinese and English, and how long it is until something is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gridgeo.events.media.model import Form
from gridgeo.events.model import Action, Part, Stage, TaskStage
from gridgeo.moments import CHINA

Word = tuple[str, str]

STAGES: Mapping[str, Word] = {
    Stage.REPORTED: ("上报", "Reported"),
    Stage.FILED: ("立案", "Filed"),
    Stage.REJECTED: ("不予立案", "Rejected"),
    Stage.DISPATCHED: ("派遣", "Dispatched"),
    Stage.RETURNED: ("退回", "Returned"),
    Stage.HANDLED: ("处置完毕", "Handled"),
    Stage.VERIFIED: ("核查通过", "Verified"),
    Stage.CLOSED: ("结案", "Closed"),
    Stage.REOPENED: ("重新打开", "Reopened"),
    Stage.MERGED: ("并案", "Merged"),
}
#: What these mean to who reported, and how far on the usual way an event is then.
ON_THE_WAY: Mapping[str, tuple[Stage, Word]] = {
    Stage.RETURNED: (Stage.FILED, ("重新派遣中", "Being sent to another department")),
    Stage.REOPENED: (Stage.FILED, ("重新办理中", "Being seen to again")),
}
TASK_STAGES: Mapping[str, Word] = {
    TaskStage.OPEN: ("待签收", "To be accepted"),
    TaskStage.ACCEPTED: ("处置中", "Under way"),
    TaskStage.RETURNED: ("已退回", "Returned"),
    TaskStage.DECLINED: ("未接受", "Declined"),
    TaskStage.HANDLED: ("已处置", "Handled"),
    TaskStage.WITHDRAWN: ("已撤回", "Withdrawn"),
}
PARTS: Mapping[str, Word] = {
    Part.LEAD: ("牵头", "Lead"),
    Part.ASSIST: ("协办", "Assist"),
    Part.REFER: ("转办", "Referred"),
    Part.WHISTLE: ("吹哨报到", "Called to the place"),
}
ACTIONS: Mapping[str, Word] = {
    Action.REPORT: ("收到上报", "Report received"),
    Action.AMEND: ("更正", "Amended"),
    Action.FILE: ("立案", "Filed"),
    Action.REJECT: ("不予立案", "Rejected"),
    Action.MERGE: ("与另一事件并案", "Merged with another"),
    Action.DISPATCH: ("派遣部门", "Sent to departments"),
    Action.REFER: ("转办", "Referred"),
    Action.WHISTLE: ("召集部门到场", "Departments called to the place"),
    Action.WITHDRAW: ("撤回任务", "A task was withdrawn"),
    Action.CLAIM: ("部门认领", "Claimed by a department"),
    Action.ACCEPT: ("部门签收", "Accepted by a department"),
    Action.DECLINE: ("部门未接受", "Declined by a department"),
    Action.RETURN: ("部门退回", "Returned by a department"),
    Action.CHECK_IN: ("部门到场", "A department is there"),
    Action.HANDLE: ("部门处置", "Handled by a department"),
    Action.REWORK: ("核查未通过，重新处置", "Not in order: to be done again"),
    Action.VERIFY: ("核查通过", "Verified"),
    Action.CLOSE: ("结案", "Closed"),
    Action.REOPEN: ("重新打开", "Opened again"),
    Action.RATE: ("评价", "Rated"),
    Action.PAUSE: ("暂停计时", "The clock stands still"),
    Action.RESUME: ("恢复计时", "The clock goes on"),
}
GRADES: Mapping[int, str] = {1: "I", 2: "II", 3: "III", 4: "IV"}
#: How something stands that is to be done: its mark tells it without colour.
STATES: Mapping[str, tuple[str, Word]] = {
    "overdue": ("▲", ("超期", "Overdue")),
    "due-soon": ("◔", ("即将到期", "Due soon")),
    "open": ("○", ("在办", "Open")),
    "paused": ("‖", ("暂停", "Paused")),
    "done": ("●", ("已办", "Done")),
}
STARS: Mapping[int, Word] = {
    5: ("非常满意", "Very satisfied"),
    4: ("满意", "Satisfied"),
    3: ("一般", "Neither"),
    2: ("不满意", "Dissatisfied"),
    1: ("非常不满意", "Very dissatisfied"),
}

#: What kinds of files are called.
FORMS: Mapping[str, Word] = {
    Form.JPEG: ("照片", "Picture"),
    Form.PNG: ("照片", "Picture"),
    Form.WEBP: ("照片", "Picture"),
    Form.MP4: ("视频", "Video"),
    Form.PDF: ("文件", "Paper"),
}

_UNITS = ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"))
#: From so many days on nobody asks for hours.
_DAYS = 10


def left(due_at: datetime | None, now: datetime) -> Word:
    """Return how long it is until something is due, or has been overdue, in its two largest units.

    >>> now = datetime(2026, 3, 1, 8, tzinfo=CHINA)
    >>> left(now + timedelta(hours=27), now), left(now - timedelta(minutes=5), now)
    (('剩 1 天 3 小时', '1 d 3 h left'), ('超期 5 分钟', '5 min overdue'))
    """
    if due_at is None:
        return "", ""
    zh, en = _span(abs(due_at - now))
    return (f"超期 {zh}", f"{en} overdue") if due_at < now else (f"剩 {zh}", f"{en} left")


def size(of: int) -> str:
    """Return how large a file is, in kB or MB.

    >>> size(900), size(1_250_000)
    ('0.9 kB', '1.2 MB')
    """
    return f"{of / 1e6:.1f} MB" if of >= 1_000_000 else f"{of / 1e3:.1f} kB"


def at(moment: datetime | None) -> str:
    """Return a moment to the minute, in China."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else "–"


def _span(of: timedelta) -> Word:
    seconds, zh, en = int(of.total_seconds()), [], []
    if of.days >= _DAYS:
        return f"{of.days} 天", f"{of.days} d"
    for size, name_zh, name_en in _UNITS:
        count, seconds = divmod(seconds, size)
        if (count or zh) and len(zh) < 2:
            zh.append((count, name_zh))
            en.append((count, name_en))
    parts = [" ".join(f"{count} {name}" for count, name in told if count) for told in (zh, en)]
    return parts[0] or "不到 1 分钟", parts[1] or "less than 1 min"
