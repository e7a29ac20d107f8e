"""What is said of records that no rule has taken, or not yet."""

from typing import Final

from creditlang.diagnostics import Phrase

ALREADY_ENROLLED: Final = Phrase("this semester is already recorded", "该学期已有在籍记录")
ENROLLED: Final = Phrase("enrolled", "在籍")
TAKEN_INTO_ACCOUNT: Final = Phrase("taken into account", "已采用")
NO_ITEM: Final = Phrase("no rule covers this item", "没有规则提到这个项目")
NO_RULE: Final = Phrase("no rule uses this record", "没有规则采用这条记录")
NOT_BEGUN: Final = Phrase("its semester has not begun on the as-of date", "所属学期在统计截止日尚未开始")
FUTURE: Final = Phrase("dated after the as-of date", "日期晚于统计截止日")
