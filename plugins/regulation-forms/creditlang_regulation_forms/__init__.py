"""The forms that three regulations print or ask for: annexes, conduct reports, the list of unconverted hours.

A plugin like anybody's: it travels in the same wheel as the built-in one, with an entry point of its own, and uses the
public door only. A form says what stands where; drawing and writing it is the business of the output `forms`.
"""

from creditlang.plugin import Forms, hookimpl
from creditlang.toolkit.late_import import late

creditlang_hook_version = 1

_FORMS = {
    "hengyang-annex-1": "hengyang_slips:CreditApplication",
    "hengyang-annex-3": "hengyang_lists:ClassDeductions",
    "hengyang-annex-4": "hengyang_lists:CollegeDeductions",
    "hengyang-annex-5": "hengyang_lists:MakeupRequests",
    "hengyang-annex-6": "hengyang_lists:MakeupResults",
    "hengyang-annex-7": "hengyang_lists:Scores",
    "hengyang-annex-8": "hengyang_slips:SanctionSlip",
    "shangrao-conduct-class": "shangrao_conduct:ClassSemester",
    "shangrao-conduct-months": "shangrao_conduct:ClassMonths",
    "shangrao-conduct-college": "shangrao_conduct:CollegeSemester",
    "shangrao-conduct-school": "shangrao_conduct:SchoolSemester",
    "volunteer-unconverted": "volunteer_unconverted:Unconverted",
}


@hookimpl
def creditlang_forms() -> Forms:
    """`--out forms:FOLDER` draws those of the policy at hand."""
    return {name: late(f"{__name__}.{where}") for name, where in _FORMS.items()}
