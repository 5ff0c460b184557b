"""All facts together: names across modules, abstract values, and the sites they decide."""

from statefence.project.project import Module, Project, analyse

__all__ = ["Module", "Project", "analyse"]
