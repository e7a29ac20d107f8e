"""What few students do: rows of the printed tables that ordinary lives would hardly touch."""

from typing import Any, Final

Rows = tuple[tuple[str, dict[str, Any]], ...]

RARE_ACTIVITIES: Final[Rows] = (
    ("青马工程培训班", {"level": "院级", "grade": "合格", "content": "学院青马班"}),
    ("文体正式比赛", {"level": "省级", "award": "三等奖", "content": "{year}年江西省大学生书画展"}),
    ("青马工程培训班", {"level": "校级", "grade": "合格", "content": "第九期青马班"}),
    ("文体正式比赛", {"level": "省级", "award": "参赛者", "content": "{year}年江西省大学生舞蹈比赛"}),
    ("青马工程培训班", {"level": "校级", "grade": "优秀", "content": "第九期青马班"}),
    ("文体正式比赛", {"level": "省级", "award": "优秀奖", "content": "{year}年江西省大学生合唱比赛"}),
    ("青马工程培训班", {"level": "院级", "grade": "优秀", "content": "学院青马班"}),
    ("挑战杯", {"level": "校级", "award": "参赛", "content": "{year}年挑战杯校赛"}),
    ("优秀团学干部表彰", {"level": "校级", "content": "校优秀共青团干部"}),
    ("创新创业竞赛", {"level": "校级", "award": "优秀奖", "content": "{year}年创新创业校赛"}),
    ("优秀团学干部表彰", {"level": "市级", "content": "上饶市优秀共青团员"}),
    ("学术科技竞赛", {"level": "校级", "award": "三等奖", "content": "{year}年科技作品竞赛"}),
    ("优秀团学干部表彰", {"level": "省级", "content": "江西省优秀共青团干部"}),
    ("挑战杯", {"level": "校级", "award": "二等奖", "content": "{year}年挑战杯校赛"}),
    ("社会实践表彰", {"level": "校级", "content": "暑期社会实践先进个人"}),
    ("创新创业竞赛", {"level": "校级", "award": "一等奖", "content": "{year}年创新创业校赛"}),
    ("社会实践表彰", {"level": "市级", "content": "市级优秀实践团队成员"}),
    ("挑战杯", {"level": "省级", "award": "三等奖", "content": "{year}年挑战杯"}),
    ("社会实践表彰", {"level": "省级", "content": "省级优秀实践报告"}),
    ("其他学生组织", {"content": "心理健康协会"}),
    ("社会实践团队", {"level": "省级", "content": "省“三下乡”重点团队"}),
    ("校卫队成员", {}),
    ("社会实践团队", {"level": "国家级", "content": "全国“三下乡”重点团队"}),
    ("文体正式比赛", {"level": "市级", "award": "一等奖", "content": "{year}年信江龙舟赛"}),
)  # fmt: skip


def _rows(text: str) -> Rows:
    """Items, some with points that were decided or, with `x`, a quantity."""
    rows = []
    for entry in text.split():
        item, _, more = entry.partition("=")
        cells: dict[str, Any] = {} if not more else {"points_decided": more}
        rows.append((item, {"quantity": more[1:]} if more.startswith("x") else cells))
    return tuple(rows)


RARE_BREACHES: Final[Rows] = _rows(
    """
    抽烟 喝酒 随地吐痰 乱涂乱画 乱倒脏水 公共场所打闹 说脏话 打架=4 损坏公物 私拿他人物品 染夸张发色=2
    穿拖鞋、背心上课=1 攀爬建筑物高处 张贴未经审批的广告 行为举止不雅 对安排的工作不按时完成 顶撞老师=3
    在公开场合或各类媒体网络上发表不当言论=3 浏览黄色网站=5 扰乱上课秩序 被老师点名批评 上课做其他与课程无关的事
    考试左顾右盼 考试作弊 编造虚假理由请假外出 不打扫教室或包干区卫生 熄灯后乱窜宿舍 夜不归宿 不配合寝室检查=3
    往室外倒水 在宿舍内乱拉电线 上课时在宿舍逗留=x2 私自调换寝室 私留外来人员住宿 故意堵塞下水 寝室内饲养宠物
    寝室长知情不报=1 通报批评
    """
)
"""None costs more than six points."""

RARE_MERITS: Final[Rows] = (
    ("好人好事", {}),
    ("见义勇为、好人好事受通报表扬", {}),
    ("协助辅导员、班主任完成各项工作", {"points_decided": 4}),
    ("入党积极分子", {}),
    ("无偿献血", {}),
    ("寝室长", {"points_decided": 5}),
    ("积极参加班级、学院组织的各项活动", {"points_decided": 2}),
)  # fmt: skip
