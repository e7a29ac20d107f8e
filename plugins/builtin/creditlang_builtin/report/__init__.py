"""The report for people: `findings` reads a run, `pictures` draws, `report_output` writes one page of HTML."""
