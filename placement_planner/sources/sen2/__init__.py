"""The person-level SEN2 return of an authority: two Januaries in, tables of a study out.

Names, UPN, ULN, birth dates and postcodes are dropped as the files are read. What comes out holds
counts, and a report that names rows of the export by their number in it.
"""

from placement_planner.sources.sen2.load import Sen2Import, import_sen2
from placement_planner.sources.sen2.report import report_text, write_report
from placement_planner.sources.sen2.study import check_places, copy_study, write_tables

__all__ = [
    "Sen2Import",
    "check_places",
    "copy_study",
    "import_sen2",
    "report_text",
    "write_report",
    "write_tables",
]
