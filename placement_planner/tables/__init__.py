"""Every table there is, declared once: columns, units, rules, keys.

`study` holds what a planner keeps in files, `stages` what the steps of a run hand to each other,
`plan` what comes out.
"""

from placement_planner.tables import plan, stages, study
from placement_planner.tables.base import (
    LIST_SEPARATOR,
    Table,
    by_year,
    checked,
    column,
    empty_table,
    is_required,
    share_open,
    sizes_of,
    split_list,
    table_folder,
    table_keys,
    table_name,
)
from placement_planner.tables.dictionary import data_dictionary, dictionary_markdown

__all__ = [
    "LIST_SEPARATOR",
    "Table",
    "by_year",
    "checked",
    "column",
    "data_dictionary",
    "dictionary_markdown",
    "empty_table",
    "is_required",
    "plan",
    "share_open",
    "sizes_of",
    "split_list",
    "stages",
    "study",
    "table_folder",
    "table_keys",
    "table_name",
]
