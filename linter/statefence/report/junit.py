"""JUnit XML, which test reporters of every continuous integration show: a suite a file, a failed case a finding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from statefence.engine import Report
from statefence.model import Finding, Skipped
from statefence.report.location import locate
from statefence.report.style import visible


def junit(report: Report) -> str:
    """The report as an XML document in ASCII.

    A file that was not analysed is a skipped case, and a run without any finding one passed case, since an empty
    report is taken for a failure of the tool by some reporters.
    """
    suites = ET.Element("testsuites", name="statefence")
    for path, group in groupby(report.findings, key=lambda finding: finding.place.path):
        _failures(suites, path, list(group), report)
    if not report.findings:
        _case(_suite(suites, "statefence", tests=1), "No findings", "statefence")
    if report.skipped:
        _skips(suites, report.skipped)
    for total in ("tests", "failures", "errors", "skipped"):
        suites.set(total, str(sum(int(suite.get(total, "0")) for suite in suites)))
    ET.indent(suites, " ")
    document: bytes = ET.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii")


def _failures(suites: ET.Element, path: str, findings: Sequence[Finding], report: Report) -> None:
    suite = _suite(suites, path, tests=len(findings), failures=len(findings))
    for finding in findings:
        where = locate(finding.place, report.sources)
        case = _case(suite, f"{finding.code} at {where.line}:{where.column}", finding.symbol or path)
        case.set("file", visible(path))
        case.set("line", str(where.line))
        failure = ET.SubElement(case, "failure", type=finding.name, message=visible(finding.message))
        failure.text = _details(finding, f"{where.path}:{where.line}:{where.column}")


def _skips(suites: ET.Element, skipped: Sequence[Skipped]) -> None:
    suite = _suite(suites, "not analysed", tests=len(skipped), skipped=len(skipped))
    for place in skipped:
        ET.SubElement(_case(suite, place.path, "not analysed"), "skipped", message=visible(place.reason))


def _suite(suites: ET.Element, name: str, *, tests: int, failures: int = 0, skipped: int = 0) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped}
    suite = ET.SubElement(suites, "testsuite", name=visible(name))
    for key, count in counts.items():
        suite.set(key, str(count))
    return suite


def _case(suite: ET.Element, name: str, group: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", name=visible(name), classname=visible(group))


def _details(finding: Finding, where: str) -> str:
    trace = (f"{step.place.path}:{step.place.span.line}: {step.message}" for step in finding.trace)
    return "\n".join(visible(line) for line in (f"{where}: {finding.code} {finding.message}", *trace))
