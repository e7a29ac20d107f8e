"""What is offered while text is typed: only what the grammar can take there, in both dialects."""

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlang.diagnostics import Language
from creditlang.driver import compile_text
from creditlang.ide import Beginning, Completion, Vocabulary, complete, vocabulary
from creditlang.ide.completion import LIMIT
from creditlang.ide.matching import folded
from creditlang.ide.walk import Walk
from creditlang.source import SourceFile

Offered = Callable[..., list[str]]


@pytest.mark.parametrize("typed", ["mor", "Mor", "德", "德育", "deyu", "dyl", "deyulei"])
def test_a_name_is_found_by_all_that_it_is_called(offered: Offered, typed: str) -> None:
    assert offered(typed)[:1] == ["moral" if typed.lower() == "mor" else "德育类"]


def test_characters_with_several_readings_match_by_each(offered: Offered) -> None:
    assert offered("count(chongxiu") == offered("count(zhongxiu") == offered("count(cx") == ["重修"]


def test_beginnings_come_before_middles_and_slips_last(
    offered: Offered, completed: Callable[..., list[Completion]]
) -> None:
    assert offered("grad")[0] == "graduation"
    assert "graduation" in offered("duation")
    assert offered("graduaiton") == ["graduation"]
    assert offered("xyzzy") == []


def test_with_nothing_typed_the_dialect_asked_for_is_written(offered: Offered) -> None:
    english, chinese = offered(""), offered("", language="zh")
    assert english[:3] == ["moral", "diligent", "graduation"]
    assert chinese[:3] == ["德育类", "勤奋", "毕业"]
    assert english.index("total") < english.index("合计")
    assert chinese.index("合计") < chinese.index("total")


def test_keywords_are_those_that_the_parser_takes(offered: Offered) -> None:
    assert set(offered("moral at ")) == {"at least", "at most"}
    assert offered("moral at le") == ["at least"]
    assert offered("moral zhi", language="zh")[:2] == ["至少", "至多"]
    assert "otherwise" not in offered("moral ")
    assert {"category", "require"} <= set(offered("", "policy"))
    assert "per" not in offered("", "policy")


def test_chinese_is_completed_closed_up(offered: Offered) -> None:
    assert offered("项目 x\n    每学", "line", "zh") == ["学期", "学年"]
    assert offered("项目 x\n    每学期最", "line", "zh")[:2] == ["最高", "最多计"]
    assert offered("德育类至", "expression", "zh") == ["至少", "至多"]
    assert offered("第二课堂活动学", "record", "zh") == ["学术讲座"]
    assert offered("项目 x\n    每学期最高1", "line", "zh")[0] == "学分"


def test_a_word_cut_too_short_goes_on(completed: Callable[..., list[Completion]]) -> None:
    assert ("第二课堂活动", 0) in [(found.text, found.start) for found in completed("第二课", "records", "zh")]


def test_a_record_is_offered_its_kind_items_fields_and_values(offered: Offered) -> None:
    assert offered("", "record") == ["activity", "makeup"]
    assert offered("activity l", "record")[:2] == ["lecture", "labour"]
    assert offered("activity lecture, ", "record")[:4] == ["item", "on", "level", "team"]
    assert offered("activity lecture, level ", "record") == ["national", "school", "college"]
    assert offered("activity lecture, level xj", "record") == ["校级"]
    assert offered("activity lecture, team ", "record")[:2] == ["yes", "no"]
    assert offered("makeup ", "record")[:2] == ["on", "hours"]
    assert offered("活动 学术讲座，级别", "record", "zh") == ["国家级", "校级", "院级"]


def test_what_is_no_plain_word_is_quoted_in_a_record_and_named_elsewhere(offered: Offered) -> None:
    assert offered("activity 劳动", "record") == ['"劳动（校内、校外）"']
    assert offered("activity 劳动", "record", "zh") == ["“劳动（校内、校外）”"]
    assert offered('activity "劳动', "record") == ['"劳动（校内、校外）"']
    assert offered("category x\n    cap 1 in total over 劳动", "policy") == ["labour"]


def test_a_condition_is_offered_fields_and_their_values(offered: Offered) -> None:
    assert offered("activity where ", "records")[:4] == ["item", "on", "level", "team"]
    assert offered("activity where level = ", "records")[:3] == ["national", "school", "college"]
    assert offered("activity where level in (school, ", "records")[:3] == ["national", "school", "college"]
    assert offered("count(makeup where h", "expression")[:1] == ["hours"]
    assert offered("where graduation is ", "condition")[:3] == ["met", "unmet", "open"]
    assert offered("其中毕业为", "condition", "zh")[:3] == ["符合", "不符合", "未定"]
    assert "level" not in offered("where ", "condition")


def test_settings_values_and_attributes(offered: Offered) -> None:
    assert offered("lec", "setting") == ["lecture_cap"]
    assert offered("", "value", kind="") == ["cohort", "programme"]
    assert offered("programme to ", "value", kind="") == ["two_year", "three_year"]
    assert offered("lev", "value", kind="activity") == ["level"]
    assert offered("", "value", kind="makeup") == ["on", "hours"]


def test_inside_a_policy_the_headings_tell_the_kind(offered: Offered) -> None:
    text = "category other in credit from makeup\n    item x\n        0.2 per event when "
    assert offered(text, "policy")[:2] == ["on", "hours"]
    assert offered("let x = 1\n\n" + text, "policy")[:2] == ["on", "hours"]
    assert offered('example "x"\n    activity lecture, level ', "policy") == ["national", "school", "college"]
    assert offered('example "x"\n    student ', "policy")[:2] == ["cohort", "programme"]
    assert offered('example "x"\n    expect gr', "policy")[:1] == ["graduation"]
    assert offered("record x\n    level : ", "policy")[:2] == ["text", "date"]
    assert offered("category x in ", "policy")[:1] == ["credit"]


def test_articles_are_offered_in_an_open_bracket(policies: Callable[[str], tuple[SourceFile, Vocabulary]]) -> None:
    _, names = policies("hengyang")
    text = "cap 1 in total [第二条] [第三"
    assert [found.text for found in complete(text, len(text), "line", names)] == ["第三条"]


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("moral + # mor", "expression"), ('moral + "mor', "expression"), ("unknown words mor", "expression"),
        ("item x [第一条] 第", "line"), ("0.", "expression"),
    ],
)  # fmt: skip
def test_nothing_is_offered_where_nothing_can_stand(offered: Offered, text: str, beginning: str) -> None:
    assert offered(text, beginning) == []


def test_what_follows_the_cursor_is_not_looked_at(offered: Offered) -> None:
    assert offered("mor¦al wrong wrong") == ["moral"]


def test_what_is_typed_already_is_not_offered(offered: Offered) -> None:
    assert "moral" not in offered("moral")


def test_semesters_are_offered_by_their_digits(policies: Callable[[str], tuple[SourceFile, Vocabulary]]) -> None:
    _, names = policies("hengyang")
    text = "activity lecture, semester 2024-"
    assert [found.text for found in complete(text, len(text), "record", names)] == ["2024-2025-1", "2024-2025-2"]


WORDS = """moral graduation activity lecture level where when at least 每学期最高 德育类 第二课堂活动 ， , ( ) [ ] " “
# 1 0.2 2024-10-08 : = >= item 项目 cap per"""


@given(
    st.lists(st.sampled_from([*WORDS.split(), "\n    ", "\n", " ", " "]), max_size=12),
    st.sampled_from(["policy", "line", "expression", "record", "records", "condition", "setting", "value"]),
    st.sampled_from(["en", "zh"]),
)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_is_typed_what_is_offered_can_stand(
    names: Vocabulary, parts: list[str], beginning: Beginning, language: Language
) -> None:
    """Each completion replaces what was typed from its start on, and the parser takes it there."""
    text = "".join(parts)
    for found in complete(text, len(text), beginning, names, language)[:12]:
        assert 0 <= found.start <= len(text)
        assert found.text
        completed = text[: found.start] + found.text
        wrong = [step for step in Walk(completed, beginning, names.known).steps() if step.wrong and step.sure]
        assert not [step for step in wrong if step.end > max(step.start, found.start)], (text, found)


def test_no_more_are_offered_than_can_be_looked_through(
    policies: Callable[[str], tuple[SourceFile, Vocabulary]],
) -> None:
    _, names = policies("shangrao")
    assert len(complete("", 0, "expression", names)) <= LIMIT


@pytest.mark.parametrize(("name", "step"), [("hengyang", 17), ("volunteer_hours", 3), ("driver_demerits", 3)])
def test_every_word_of_a_policy_is_offered_once_its_beginning_is_typed(
    policies: Callable[[str], tuple[SourceFile, Vocabulary]], name: str, step: int
) -> None:
    """At each keyword and known name of a regulation its first letter leads to it, or to the first of the names of the
    same thing that begin so.
    """
    source, names = policies(name)
    missed, tried = [], 0
    for token in list(Walk(source.text, "policy", names.known).steps())[::step]:
        word = source.text[token.start : token.end]
        known = token.kind not in ("NAME", "STRING") or names.colour(word)
        # Where it is given a label, or begins a list of values, it is a new name.
        new = re.match(r'\s*"|\s*:|\s*：', source.text[token.end :]) or re.match(
            "scale|choice|unit|table", line_of(source, token.start)
        )
        if new or not known or not re.fullmatch(r"[^\W\d][\w ]+", word) or token.kind.startswith(("_", "ORDINAL")):
            continue
        tried += 1
        typed = source.text[: token.start + 1]
        offered = [found.text.strip('"') for found in complete(typed, len(typed), "policy", names)] + [typed[-1]]
        entries = names.by_text.get(word, ())
        begin = [[form for form in entry.forms if folded(form).startswith(folded(typed[-1]))] for entry in entries]
        same = {
            min(forms, key=lambda form: len(form) > 1) for forms in begin
        }  # a letter that is a name whole goes first
        if not {word, *same}.intersection(offered):
            missed.append((source.line_number(token.start), word))
    assert tried > 60
    assert missed == []


def line_of(source: SourceFile, position: int) -> str:
    """The text of the line of a position."""
    return source.text.splitlines()[source.line_number(position) - 1]


@pytest.mark.parametrize(
    ("typed", "language", "offers"),
    [
        ("fact best of activity\n    level when l", "en", "level"),
        ("事实 最好 的 第二课堂活动\n    级别 已填时：级", "zh", "级别"),
        ("fact x\n    count(ever of act", "en", "activity"),
        ("事实 x\n    合计(不限时间 的 小", "zh", "小时数"),
        ("事实 x\n    合计(重修 的 小", "zh", "小时数"),
        ("事实 x\n    次数(近3年 重", "zh", "重修"),
        ("category x from activity\n    item y\n        0.2 per event, c", "en", "cap"),
        ("类别 x 自 第二课堂活动\n    项目 y\n        团队 时：每次0.2，总", "zh", "总共"),
        ("category x from makeup\n    item y\n        level of latest activity = 校", "en", "校级"),
        ("category x from makeup\n    item y\n        1 when le", "en", "level"),
        ("table x (le", "en", "level"),
        ("require x\n    total dil", "en", "diligent"),
        ("category x from makeup\n    item y\n        1 per full 2 ho", "en", "hours"),
        ('examples "x" of activity, lec', "en", "lecture"),
        ('例表 "x" 的 第二课堂活动，学', "zh", "学术讲座"),
    ],
)
def test_what_can_stand_is_offered_in_either_order_of_words(
    offered: Offered, typed: str, language: str, offers: str
) -> None:
    assert offers in offered(typed, "policy", language)


def test_another_word_for_people_is_offered_and_leads_to_what_they_are() -> None:
    compiled = compile_text(
        """
person driver "驾驶人"
    licensed_on : date
    district : text, optional
record offence
    item : item
    on : date
category demerits from offence
    item phone : 3 per event
fact many
    count(driver where demerits > 3)
"""
    )
    names = vocabulary(compiled)

    def offered(text: str) -> list[str]:
        return [found.text for found in complete(text, len(text), "policy", names)]

    assert "driver" in offered('example "x"\n    dr')
    assert offered('example "x"\n    driver ')[:2] == ["licensed_on", "district"]
    assert "driver" in offered("fact x\n    count(dri")


TIMED = """
student
    house "寝室" : text
    joined_on : date
record activity "活动"
    item "项目" : item
    on   "日期" : date
    hours "时数" : number
period cycle "考核周期" : 3 years from 2024-01-01
category moral "德育类" from activity
    item lecture "讲座" : 1 per event
ranking place "名次" of moral per house
"""


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("category x per cy", "cycle"),
        ("类别 x 每 考核", "考核周期"),
        ("fact x per ho", "house"),
        ("fact x\n    in a row(cy", "cycle"),
        ("fact x\n    average(ho", "hours"),
        ("fact x\n    average(hours of act", "activity"),
        ("fact x\n    average(hours of counted act", "activity"),
        ("fact x\n    average(hours of activity where ho", "hours"),
        ("fact x\n    moral of previous cy", "cycle"),
        ("fact x\n    yes when pla", "place"),
        ("require x\n    in each cy", "cycle"),
        ("record clean : each full 90 days without act", "activity"),
        ("ranking x of mor", "moral"),
        ("ranking x of moral per ho", "house"),
        ("category x from activity\n    cap 3 per any 12 mon", "months"),
        ("show mor", "moral"),
        ("show moral, pla", "place"),
        ("category x from activity\n    valid un", "valid until"),
    ],
)  # fmt: skip
def test_names_of_time_and_rank_are_offered_where_they_can_stand(typed: str, offers: str) -> None:
    known = vocabulary(compile_text(TIMED))
    assert offers in [found.text for found in complete(typed, len(typed), "policy", known)]


def test_parts_of_codes_are_offered_where_their_field_is() -> None:
    policy = """person member
    class : text, parts (year whole number, letters text)
record course
    code : text, parts (subject text, number whole number)
record other
    on : date
"""
    names = vocabulary(compile_text(policy))

    def offered(text: str) -> set[str]:
        return {found.text for found in complete(text, len(text), "expression", names)}

    assert {"subject", "number", "year", "letters"} <= offered("any(course where ")
    assert not {"subject", "number"} & offered("any(other where ")
    assert offered("any(course where subj") == {"subject"}
    assert {"year", "letters"} <= offered("")
