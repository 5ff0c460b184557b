"""The map as a picture: which layer opens which store, and which kinds of environment it starts children with."""

from statefence.report.picture.dot import dot
from statefence.report.picture.draw import picture
from statefence.report.picture.graph import Picture
from statefence.report.picture.mermaid import mermaid
from statefence.report.picture.page import page

__all__ = ["Picture", "dot", "mermaid", "page", "picture"]
