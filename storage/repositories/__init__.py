"""What the program keeps beside trading: one repository for each aggregate, each a handful of questions in plain SQL.

The journal alone writes bots, orders, executions and money. A repository takes a `Database`, answers with frozen
values, and raises UsageError for what was asked wrongly, StorageError for what the database refuses and
StorageUnavailable when it does not answer.
"""
