"""Reads a report with the library of another project, and prints what that made of it as JSON.

Usage: read_report.py FORM FILE [SCHEMA]
"""

import csv
import json
import sys


def sarif(path, schema):
    import jsonschema

    with open(schema) as file:
        schema = json.load(file)
    with open(path) as file:
        log = json.load(file)
    validator = jsonschema.validators.validator_for(schema)(schema)
    return {
        "errors": [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)],
        "messages": [result["message"]["text"] for result in log["runs"][0]["results"]],
    }


def ics(path):
    import icalendar

    with open(path, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    return [
        {
            "uid": str(event["UID"]),
            "summary": str(event["SUMMARY"]),
            "day": event["DTSTART"].dt.isoformat(),
            "owner": str(event.get("CONTACT", "")),
            "alarms": [alarm["TRIGGER"].dt.isoformat() for alarm in event.walk("VALARM")],
            "errors": [str(error) for error in event.errors],
        }
        for event in calendar.walk("VEVENT")
    ]


def prometheus(path):
    from prometheus_client.parser import text_string_to_metric_families

    with open(path, newline="") as file:
        families = list(text_string_to_metric_families(file.read()))
    return [
        {
            "name": family.name,
            "type": family.type,
            "help": family.documentation,
            "samples": [[sample.labels, sample.value] for sample in family.samples],
        }
        for family in families
    ]


def table(path):
    """The rows, and what a spreadsheet takes for a formula: cells that openpyxl writes and reads back as one."""
    import io

    import openpyxl

    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    cells = [cell for row in openpyxl.load_workbook(saved).active.iter_rows() for cell in row]
    return {"rows": rows, "formulas": [cell.value for cell in cells if cell.data_type == "f"]}


def junit(path):
    import junitparser

    return [
        {
            "name": suite.name,
            "tests": suite.tests,
            "failures": suite.failures,
            "cases": [[case.name, [result.type for result in case.result]] for case in suite],
        }
        for suite in junitparser.JUnitXml.fromfile(path)
    ]


FORMS = {"sarif": sarif, "ics": ics, "prometheus": prometheus, "csv": table, "junit": junit}
json.dump(FORMS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
