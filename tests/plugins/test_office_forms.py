"""Reports for offices: conduct at Shangrao, unconverted hours, notices for classes. Expectations are made by hand."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import evolve

from creditlang.plugin import Form
from creditlang.plugin.document import Document
from creditlang.plugin.run_data import RunData
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import semester_title
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.page_layout import laid_out
from creditlang_builtin.forms import to_html, to_xlsx
from creditlang_builtin.forms.class_notice import ClassNotice
from creditlang_builtin.forms.to_pdf import PdfDrawer
from creditlang_regulation_forms.shangrao_conduct import ClassMonths, ClassSemester, CollegeSemester, SchoolSemester
from creditlang_regulation_forms.shangrao_scores import ConductBook
from creditlang_regulation_forms.volunteer_unconverted import Unconverted

Run = Callable[..., RunData]


@pytest.fixture
def shangrao(sample_run: Run) -> RunData:
    return sample_run("shangrao", "2027-10-31")


@pytest.fixture
def volunteers(sample_run: Run) -> RunData:
    return sample_run("volunteer_hours", "2023-06-25")


def documents(form: Form, run: RunData) -> dict[str, Document]:
    assert form.fits(run)
    found = list(form.documents(run))
    named = {document.name: document for document in found}
    assert len(named) == len(found)
    return named


def rows(document: Document) -> list[list[Value]]:
    return [[cell.text for cell in line.cells] for page in document.pages for line in page.lines]


def row_of(document: Document, text: str) -> list[Value]:
    (found,) = [row for row in rows(document) if text in row]
    return found


def page_of(document: Document, title: str) -> list[list[Value]]:
    (page,) = [page for page in document.pages if page.lines[0].cells[0].text == title]
    return [[cell.text for cell in line.cells] for line in page.lines]


def numbers(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


# ---------------------------------------------------------------- 操行一(二)


def test_a_class_list_has_the_sections_of_the_regulation(shangrao: RunData) -> None:
    head = rows(documents(ClassSemester(), shangrao)["大数据与会计2201班 2023-2024-1 操行分汇总表"])
    assert head[0] == ["2023—2024学年第一学期学生操行分汇总表"]
    assert head[1] == ["二级学院：财经管理学院　　班级：大数据与会计2201班　　人数：6　　统计截止：2027年10月31日"]
    assert head[2] == ["序号", "学号", "姓名", "基础分", "扣　分", "（七）\n加分", "操行分", "结论", "推迟毕业", "备注"]
    assert head[3] == [
        "（一）\n品德修养", "（二）\n学风建设", "（三）\n劳动实践教育", "（四）\n文明宿舍管理", "（五）\n违纪处分",
        "（六）\n疫情防控", "扣分合计",
    ]  # fmt: skip


def test_51_points_off_defer_though_84_are_left(shangrao: RunData) -> None:
    """记过20、严重警告10、作弊5、损坏公物5、旷课3节9、玩手机1和1；献血10、骨髓20、表扬5。"""
    row = row_of(documents(ClassSemester(), shangrao)["大数据与会计2201班 2023-2024-1 操行分汇总表"], "2022020104")
    assert row[2:] == ["姜宏博", *numbers("100", "5", "16", "0", "0", "30", "0", "51", "35", "84"), "合格", "推迟", ""]


def test_50_points_off_with_80_left_do_not(shangrao: RunData) -> None:
    """留校察看30、严重警告10、损坏公物5、攀爬5；献血10、表扬5和5、协助工作5和5。"""
    row = row_of(documents(ClassSemester(), shangrao)["大数据与会计2201班 2023-2024-2 操行分汇总表"], "2022020104")
    assert row[3:] == [*numbers("100", "10", "0", "0", "0", "40", "0", "50", "30", "80"), "合格", "", ""]


def test_what_nobody_has_decided_stays_open(shangrao: RunData) -> None:
    """严重警告10、学风6、打架3至5。"""
    row = row_of(documents(ClassSemester(), shangrao)["大数据与会计2201班 2024-2025-1 操行分汇总表"], "2022020105")
    zero, six, ten = numbers("0", "6", "10")
    points: list[Value] = ["3 … 5", six, zero, zero, ten, zero, "19 … 21", zero, "79 … 81"]
    assert row[4:] == [*points, "未定", "未定", "1条待定"]


def test_a_score_below_nothing_is_nothing(shangrao: RunData) -> None:
    """扣111、加3：负分记0，基础分仍是100。"""
    row = row_of(documents(ClassSemester(), shangrao)["机电一体化技术2301班 2024-2025-2 操行分汇总表"], "2023040106")
    assert row[3] == Decimal(100)
    assert row[10:15] == [*numbers("111", "3", "0"), "不合格", "推迟"]


@pytest.mark.parametrize(
    ("semester", "outcome"),
    [
        ("2022-2023-2", ["不合格", "推迟", "一票否决"]),
        ("2023-2024-1", ["不合格", "", "一票否决；推迟毕业已解除"]),
        ("2024-2025-1", ["合格", "", ""]),
    ],
)
def test_vetoes_made_lifted_and_not_made(shangrao: RunData, semester: str, outcome: list[str]) -> None:
    named = documents(ClassSemester(), shangrao)
    (row,) = [row for name, x in named.items() if f" {semester} " in name for row in rows(x) if "2022030106" in row]
    assert row[-3:] == outcome


def test_months_add_up(shangrao: RunData) -> None:
    """10月：扣20、10、5，献血10。11月：扣5、9、1、1。12月：骨髓20、表扬5。"""
    document = documents(ClassMonths(), shangrao)["大数据与会计2201班 2023-2024-1 操行分月公告"]
    for title, points in {
        "2023年10月班级操行分公告": ("35", "10", "35", "10", "75"),
        "2023年11月班级操行分公告": ("16", "0", "51", "10", "59"),
        "2023年12月班级操行分公告": ("0", "25", "51", "35", "84"),
    }.items():
        (row,) = [row for row in page_of(document, title) if row[1:3] == ["****04", "姜**"]]
        assert row[3:] == numbers(*points)


def test_the_last_month_ends_at_the_score_of_the_semester(shangrao: RunData) -> None:
    book = ConductBook(shangrao)
    checked = 0
    for name, document in documents(ClassMonths(), shangrao).items():
        school_class, semester, _ = name.split(" ")
        last = [[cell.text for cell in line.cells] for line in document.pages[-1].lines]
        ended = sorted(str(row[7]) for row in last if len(row) == 8 and str(row[1]).startswith("****"))
        scores = [x for x in book.of(semester) if (x.school_class or "未填") == school_class]
        assert ended == sorted(str(x.score.cell) for x in scores)
        checked += len(ended)
    assert checked > 200


def test_scores_are_their_parts(shangrao: RunData) -> None:
    book = ConductBook(shangrao)
    assert len(book.scores) > 250
    for x in book.scores.values():
        assert Amount.total(x.sections.values()) == x.deducted
        assert (x.base + x.rewards + -x.deducted).at_least(Decimal(0)) == x.score


def test_a_college_tells_its_classes_and_who_is_concerned(shangrao: RunData) -> None:
    """六人97、81、97、97、83、0，平均455÷6。"""
    document = documents(CollegeSemester(), shangrao)["机电工程学院 2024-2025-2 操行情况汇总表"]
    together = [6, *numbers("75.83", "0", "97"), 5, 1, 0, 1]
    assert row_of(document, "合计") == ["合计", *together]
    concerned = row_of(document, "2023040106")
    assert concerned == [
        1,
        "机电一体化技术2301班",
        "2023040106",
        "张铁铮",
        *numbers("111", "3", "0"),
        "不合格",
        "推迟",
        "",
    ]


def test_the_school_tells_all_classes_once(shangrao: RunData) -> None:
    named = documents(SchoolSemester(), shangrao)
    book = ConductBook(shangrao)
    assert len(named) == len(book.semesters)
    table = rows(named["2024-2025-1 学工处操行情况汇总表"])
    total = next(row for row in table if row[0] == "合计")
    classes = [row for row in table if len(row) == 9 and "　" in str(row[0])]
    assert sum(int(str(row[1])) for row in classes) == total[1] == len(book.of("2024-2025-1"))
    assert total[8] == "1（另1人未定）"
    assert [row[2] for row in table if len(row) == 10 and row[0] != "序号"] == ["2022020105", "2023040106"]


def test_a_semester_without_anybody_concerned_says_so(shangrao: RunData) -> None:
    assert ["无"] in rows(documents(CollegeSemester(), shangrao)["信息工程学院 2024-2025-1 操行情况汇总表"])


# ---------------------------------------------------------------- 未转化名单


def test_no_unconverted_record_is_left_out(volunteers: RunData) -> None:
    named = documents(Unconverted(), volunteers)
    assert list(named) == [
        f"{x} 未转化名单" for x in ("学号不在学生名单", "教育学院", "数学学院", "文学院", "物理学院")
    ]
    listed = [row[4] for document in named.values() for row in rows(document) if len(row) == 13 and row[0] != "序号"]
    wanted = [
        row["record_id"]
        for row in volunteers.results["records"]
        if row["kind"] == "service" and row["disposition"] not in ("counted", "out of scope")
    ]
    assert sorted(map(str, listed)) == sorted(map(str, wanted))


@pytest.mark.parametrize(
    ("college", "record", "told"),
    [
        # 29日才改正：该批次不再补录，个人信息现在已经正确
        ("文学院", "S00055", [*numbers("3", "0"), "未转化", "“学校/工作单位”不正确，2022-11-28仍未转化，不再补录",
                           "二.2", "—"]),
        # 补录4小时，只认定3小时
        ("教育学院", "S00274", [*numbers("4", "3"), "部分转化", None, "附件B二.1；附件B一第2段", "—"]),
        # 28日才见分晓
        ("数学学院", "S00481", [*numbers("2", "0"), "待定", "2023-06-22个人信息不正确，2023-06-28再次导入", "二.2",
                             "尚待确定；志愿汇上改正“学号”"]),
        ("数学学院", "S00435", [*numbers("2", "0"), "无对应规则", None, None, "写明时长类型后重新登记"]),
        ("学号不在学生名单", "S00447", [*numbers("2", "0"), "记录无效", None, None, "更正学号后重新登记"]),
    ],
)  # fmt: skip
def test_a_line_says_why_and_what_to_mend(volunteers: RunData, college: str, record: str, told: list[Value]) -> None:
    found = [document for name, document in documents(Unconverted(), volunteers).items()
             if any(record in row for row in rows(document))]  # fmt: skip
    assert len(found) == 1
    if record not in ("S00055", "S00274"):
        assert found[0].name.startswith(college)
    row = row_of(found[0], record)[7:]
    assert [x for x, y in zip(row, told, strict=True) if y is not None] == [y for y in told if y is not None]


def test_a_student_without_a_profile_has_everything_to_mend(volunteers: RunData) -> None:
    lines = [row for x in documents(Unconverted(), volunteers).values() for row in rows(x) if "20190103" in row]
    assert lines
    for row in lines:
        for words in ("加入我校志愿服务组织", "改正“学号”", "改正“学校/工作单位”"):
            assert words in str(row[-1])


# ---------------------------------------------------------------- 班级公示


@pytest.mark.parametrize("form", [ClassNotice, ClassMonths])
@pytest.mark.parametrize("name", ["张 三", "张\u3000三", "欧阳\u200b娜", "Zhang San", "阿依古丽·买买提", "三", "三01"])
def test_no_public_paper_tells_a_number_or_a_given_name(shangrao: RunData, form: type[Form], name: str) -> None:
    """Whatever is written in the cell of the name, in whichever order the students come."""
    renamed = {number: {**person, "name": name} for number, person in shangrao.students.items()}
    papers = [documents(form(), evolve(shangrao, students=x)) for x in (renamed, dict(reversed(renamed.items())))]
    assert papers[0] == papers[1]
    cells = {str(cell) for document in papers[0].values() for row in rows(document) for cell in row}
    texts = {*cells, *papers[0]}
    assert not [number for number in renamed if any(number in text for text in texts)]
    assert not [part for part in ("三", "阳", "娜", "Zhang", "San", "阿依", "买") if {part, name} & cells]
    assert {"张 三": "张**", "张\u3000三": "张**", "欧阳\u200b娜": "欧**"}.get(name, "**") in cells


@pytest.mark.parametrize(
    ("policy", "as_of"), [("hengyang", None), ("shangrao", "2027-10-31"), ("volunteer_hours", "2023-06-25")]
)
def test_a_notice_shows_results_and_nobody(sample_run: Run, policy: str, as_of: str | None) -> None:
    run = sample_run(policy, as_of)
    named = documents(ClassNotice(), run)
    lines = [row for document in named.values() for row in rows(document) if isinstance(row[0], int)]
    assert len(lines) == len(run.results["students"])
    text = "\n".join(str(cell) for document in named.values() for row in rows(document) for cell in row)
    for person in run.students.values():
        assert str(person["student_id"]) not in text
        assert str(person["name"])[1:] not in text
    for record in run.records.values():
        assert str(record["record_id"]) not in text
    for reason in {str(row["reason"]) for row in run.results["records"] if len(str(row["reason"] or "")) > 3}:
        assert reason not in text
    for document in named.values():
        assert any("有异议" in str(row[0]) for row in rows(document))


def test_a_notice_tells_totals_and_how_requirements_stand(shangrao: RunData) -> None:
    document = documents(ClassNotice(), shangrao)["财经管理学院 大数据与会计2201班 结果公示"]
    table = rows(document)
    head = next(row for row in table if row[0] == "序号")
    row = next(row for row in table if "****05" in row)
    assert head[3:6] == ["毕业", "结业", "操行学分"]
    assert row[:6] == [5, "****05", "余**", "未定", "符合", "10 … 12"]


@pytest.mark.parametrize("form", [ClassSemester, ClassMonths, CollegeSemester, SchoolSemester, ClassNotice])
def test_every_sheet_can_be_drawn(shangrao: RunData, form: type[Form]) -> None:
    drawer = PdfDrawer()
    for document in list(form().documents(shangrao))[:3]:
        layout = laid_out(document)
        assert layout.scale > 0.6
        assert to_xlsx.draw(document, layout) == to_xlsx.draw(document, layout)
        assert drawer.draw(document, layout).startswith(b"%PDF")
        assert "<table" in to_html.draw(document, layout).decode()


def test_the_forms_fit_their_policy_only(sample_run: Run, shangrao: RunData, volunteers: RunData) -> None:
    hengyang = sample_run("hengyang", None)
    assert [form.fits(hengyang) for form in (ClassSemester(), Unconverted(), ClassNotice())] == [False, False, True]
    assert [form.fits(volunteers) for form in (SchoolSemester(), Unconverted())] == [False, True]
    assert not Unconverted().fits(shangrao)


# ---------------------------------------------------------------- amounts


def test_open_amounts() -> None:
    some = Amount.of("79 … 81")
    assert (some + Amount.of(Decimal(1))).cell == "80 … 82"
    assert (-some).cell == "-81 … -79"
    assert Amount.of("5 …").cell == "5 …"
    assert Amount.of(None) == Amount.of("") == Amount()
    assert Amount.total([some, Amount.of(Decimal("0.50"))]).divided(2).cell == "39.75 … 40.75"
    assert Amount.of(Decimal("1.00")).cell == Decimal(1)
    assert Amount.of(Decimal("2.005")).divided(1).cell == Decimal("2.01")
    assert Amount(Decimal(-2), Decimal(3)).at_least(Decimal(0)).cell == "0 … 3"
    with pytest.raises(ValueError, match="amount"):
        Amount.of("viel")


def test_semesters_as_offices_write_them() -> None:
    assert semester_title("2023-2024-2") == "2023—2024学年第二学期"
    assert semester_title("2023年秋") == "2023年秋"
