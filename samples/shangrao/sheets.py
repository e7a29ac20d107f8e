"""The files of the Shangrao sample."""

from typing import Final

from samples.sample_book import Sheet

SHEETS: Final = {
    "student": Sheet(
        "学生",
        "student_id:学号 name:姓名 college:二级学院 class:班级 cohort:年级 registered:正式学籍 completed_on:结业日期",
    ),
    "enrolment": Sheet(
        "在籍学期",
        "record_id:记录编号 student_id:学号 semester:学期 final:最后一学期",
        "E",
        5,
    ),
    "residence": Sheet(
        "住宿",
        "record_id:记录编号 student_id:学号 on:入住日期 room:宿舍",
        "R",
        5,
    ),
    "course": Sheet(
        "课程成绩",
        "record_id:记录编号 student_id:学号 item:课程类别 semester:学期 course:课程 hours:学时 credits:学分 "
        "score:成绩 grade:等级成绩 makeup_score:补考成绩 makeup_grade:补考等级成绩 origin:修读方式 exempt:获准免修 "
        "subject:课程门类 overlap:内容相近程度 all_hours:完成全部学时 approved:审核通过",
        "C",
        6,
    ),
    "internship": Sheet(
        "岗位实习",
        "record_id:记录编号 student_id:学号 on:实习结束日期 semester:学期 weeks:实习周数 months:实习月数 "
        "excellent:优秀实习生 approved:考核合格",
        "P",
        4,
    ),
    "achievement": Sheet(
        "证书与获奖",
        "record_id:记录编号 student_id:学号 item:项目 on:获得日期 semester:学期 qualification:证书等级 "
        "mandarin:普通话等级 computer_rank:计算机等级 contest_level:竞赛级别 award:奖次 content:内容 "
        "related:与专业相关或相近 approved:审核通过",
        "Q",
        4,
    ),
    "activity": Sheet(
        "第二课堂活动",
        "record_id:记录编号 student_id:学号 item:项目 on:活动日期 semester:学期 level:级别 award:奖次 "
        "grade:考核结果 role:角色 society_class:社团等级 completion:完成率 hours:时长 hours_decided:核定学时 "
        "content:内容 collective:集体项目 place:排位 completed:已完成 approved:审核通过 fraud:弄虚作假",
        "A",
        6,
    ),
    "violation": Sheet(
        "操行扣分",
        "record_id:记录编号 student_id:学号 item:扣分情形 on:发生日期 semester:学期 room:宿舍 case:事由编号 "
        "quantity:数量 days:请假天数 occasion:事由 points_decided:核定扣分 approved:审查确认",
        "V",
        4,
    ),
    "merit": Sheet(
        "操行加分",
        "record_id:记录编号 student_id:学号 item:加分情形 on:日期 semester:学期 room:宿舍 points_decided:核定加分 "
        "full_term:满一学期 assessed:考核通过 approved:审查确认",
        "M",
        4,
    ),
    "veto": Sheet(
        "一票否决",
        "record_id:记录编号 student_id:学号 semester:学期 on:决定日期 approved:审核通过",
        "F",
        3,
    ),
    "deferral_decision": Sheet(
        "推迟毕业决定",
        "record_id:记录编号 student_id:学号 semester:学期 on:决定日期 lifted:解除推迟",
        "D",
        3,
    ),
    "replacement": Sheet(
        "学分置换申请",
        "record_id:记录编号 student_id:学号 on:申请日期 course_type:置换课程类别 course:课程 credits:申请学分 "
        "approved:审核通过",
        "X",
        4,
    ),
    "diploma_request": Sheet(
        "换发毕业证书申请",
        "record_id:记录编号 student_id:学号 on:申请日期",
        "B",
        3,
    ),
}
