"""The files of the volunteer-hours sample."""

from typing import Final

from samples.sample_book import Sheet

SHEETS: Final = {
    "student": Sheet(
        "学生",
        "student_id:学号 name:姓名 college:学院 class:班级 entered_on:入学日期",
    ),
    "profile": Sheet(
        "志愿汇个人信息",
        "record_id:记录编号 student_id:学号 on:维护日期 organisation:所属组织 joined:加入我校志愿服务组织 "
        "school_right:学校信息正确 number_right:学号正确",
        "P",
        4,
    ),
    "service": Sheet(
        "志愿服务时长",
        "record_id:记录编号 student_id:学号 item:时长类型 on:记录日期 hours:时长 activity:活动编号 content:活动名称 "
        "ended_on:活动结束日期 filed_on:申请日期 signed_hours:已签到时长 normal_hours:正常签到时长 "
        "worked_hours:实际工作时长 evidence:佐证编号 used_elsewhere:已用于其他记录和认证 "
        "on_platform:线上系统已有的活动 own_level:管理员本级组织的活动 paid:发放劳务费 post:计入任职履职 "
        "practice_credit:获取社会实践学分 sealed:加盖公章 approved:审核通过 under_review:审核中 challenge:质疑 "
        "converted_before:此前已转化",
        "S",
        5,
    ),
}
