"""All facts together: names across modules, abstract values, and the sites they decide."""
