"""All facts together: names across modules, abstract values, and the sites they decide."""

from statefence.project.answers import Answers, Latest, Past
from statefence.project.project import Module, Project, analyse

__all__ = ["Answers", "Latest", "Module", "Past", "Project", "analyse"]
