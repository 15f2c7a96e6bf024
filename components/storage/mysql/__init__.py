"""RDS for MySQL: a group of members in a primary's zones, and a copy of one of them in a standby's region."""
