"""The report for people on a run or a comparison: `…_findings` read it, `…_pictures` draw, `report_output` writes."""
