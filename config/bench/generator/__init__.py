"""Writes files. A large company as it would hand over its data, made up, seeded, with the answers.

Facts (hardware, regions, published factors, removal offers) are real and come from `fixtures/`;
people, sites, quantities and faults are drawn. Nothing here uses the product's own calculations:
the expected totals are worked out a second time, from the same published factors.
"""
