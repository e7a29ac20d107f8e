"""The files of the Hengyang sample."""

from typing import Final

from samples.sample_book import Sheet

SHEETS: Final = {
    "student": Sheet(
        "学生",
        "student_id:学号 name:姓名 college:二级学院 class:班级 programme:学制 cohort:年级 major_group:专业大类 "
        "programme_credits:专业毕业总学分",
    ),
    "enrolment": Sheet(
        "在籍学期",
        "record_id:记录编号 student_id:学号 semester:学期",
        "E",
        5,
    ),
    "activity": Sheet(
        "第二课堂活动",
        "record_id:记录编号 student_id:学号 item:项目 on:活动日期 semester:学期 ended_on:结束日期 filed_on:申报日期 "
        "level:级别 award:奖次 placing:名次 role:角色 organiser:主办单位性质 content:内容 evidence:佐证编号 place:排位 "
        "team_size:完成人总人数 days:天数 minutes:时长 metres:距离 weeks:周数 attended:参加活动次数 characters:字数 "
        "journal:期刊级别 patent_type:专利类型 exam_grade:考试等级 qualification:职业资格等级 mandarin:普通话等级 "
        "occupation:职业 whole_event:全程参与 full_term:满一学期 assessed:考核合格 completed:已完成 full_text:全文刊登 "
        "approved:审核通过 plagiarism:抄袭 fraud:弄虚作假",
        "A",
        6,
    ),
    "violation": Sheet(
        "违纪违规",
        "record_id:记录编号 student_id:学号 item:违纪违规情形 on:发生日期 semester:学期 severe:情节严重 "
        "damage:设备设施损坏 quantity:数量 case:事由编号 points_decided:核定扣分",
        "V",
        4,
    ),
    "makeup": Sheet(
        "重修",
        "record_id:记录编号 student_id:学号 item:重修项目 on:重修日期 semester:学期 filed_on:申请日期 hours:小时数 "
        "points_confirmed:核定得分 evidence:佐证编号 assessed:考查合格 fraud:弄虚作假",
        "M",
        4,
    ),
    "offset_request": Sheet(
        "抵扣申请",
        "record_id:记录编号 student_id:学号 semester:学期 source:抵扣来源 credits:申请学分 filed_on:申请日期 "
        "approved:审核通过",
        "D",
        4,
    ),
    "conversion": Sheet(
        "转换申请",
        "record_id:记录编号 student_id:学号 item:转换项目 semester:学期 filed_on:申请日期 credits:认定学分 "
        "source:来源类别 recognised_as:认定为第二课堂类别 level:级别 content:内容 issued_on:获证日期 evidence:佐证编号 "
        "approved:审核通过 fraud:弄虚作假",
        "C",
        4,
    ),
}
