"""Answers about records that are put together by arrays are those of the interpreter, record by record."""

from datetime import date

import numpy as np

from creditlang.api import load
from creditlang.cohort import Evaluation, Settings
from creditlang.columnar import ColumnarEngine
from creditlang.core import expressions as e
from creditlang.data.coded.coded_dataset import CodedDataset
from creditlang.interpreter import Interpreter
from creditlang.plan import lower
from creditlang.plugin import PluginManager
from creditlang.values import Undetermined

DAY = date(2027, 10, 31)


def test_answers_are_those_of_the_interpreter() -> None:
    policy = load("hengyang").core
    with PluginManager().opened(["sample:hengyang"]) as sources:
        tables = (table for source in sources for table in source.tables())
        evaluation = Evaluation.begin(policy, tables, Settings(DAY), lambda: ())
    coded = CodedDataset.of(policy, evaluation.dataset)
    chunk = next(ColumnarEngine(lower(policy), Interpreter(policy, DAY)).chunks(coded))
    known = chunk.students.known
    forms = {type(question) for _, question in known._answers}
    assert forms >= {e.Compare, e.Present, e.Read, e.Cases, e.Shift}  # a day reckoned from a value by cases
    for (kind, question), answers in known._answers.items():
        own = known.cohort.kinds[kind]
        records = known.made(kind, own.places, known.readers[kind].inputs(question))
        for made, number in zip(records, answers.of(np.arange(len(own.source))).tolist(), strict=True):
            wanted = known.filler.value(question, made)
            if isinstance(wanted, Undetermined):
                wanted = wanted.sort, known.texts.number(wanted.reason), wanted.name
            assert answers.values[number] == wanted, (question, made.record)
