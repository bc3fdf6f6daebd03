"""Names as they are built: whether what is written is a name, or only begins one."""

from __future__ import annotations

import re

from . import parts

_LEADING = re.compile(
    f"[东西南北中前后上下]?(?:[一二三四五六七八九十]+|[0-9]+)?(?:大道|大街|公路|路|街|巷|坊|道|里(?=[0-9]))"
    f"|村|新村|旧村|老村|围|新围|老围|旧围|墟|屋|仔|"
    f"(?:{parts.GENERIC})*(?:{parts.STRONG}|{parts.WEAK})"
)


def leads_name(text: str, end: int) -> bool:
    """Return whether a name that ends here only begins another one: 宝安 in 宝安大道, 福田 in 福田国际创新中心."""
    return bool(_LEADING.match(text, end))
