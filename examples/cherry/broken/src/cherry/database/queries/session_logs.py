"""Statements about what happened in sessions."""


class SessionLogQueries:
    """Parameters of INSERT are the fields of a SessionLog after its id, in their order."""

    INSERT = """
        INSERT INTO session_logs (session_id, parent_id, role, type, content, metadata, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
    CHILDREN = "SELECT * FROM session_logs WHERE parent_id = ? ORDER BY id"
    CLEAR = "DELETE FROM session_logs WHERE session_id = ?"
