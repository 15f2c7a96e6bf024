-- What RDS for MySQL adds to a server, as far as its documentation says, and the tables of group replication:
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-stored-proc-active-active-clusters.html
-- https://dev.mysql.com/doc/refman/8.4/en/performance-schema-replication-group-members-table.html
-- Statements end with two semicolons; words in at-signs are filled in.
SET SESSION sql_log_bin = 0;;
CREATE DATABASE standin;;
CREATE DATABASE performance_double;;
CREATE TABLE standin.members @members@;;
CREATE TABLE standin.made @made@;;
CREATE TABLE standin.parameters @parameters@;;
CREATE TABLE standin.channel (id INT PRIMARY KEY, password VARCHAR(64));;
CREATE TABLE mysql.rds_configuration (name VARCHAR(100) PRIMARY KEY, value VARCHAR(100), description VARCHAR(300));;

CREATE VIEW performance_double.global_variables AS
    SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.global_variables
    UNION ALL SELECT name, value FROM standin.parameters
    UNION ALL SELECT 'group_replication_group_name', '@group@';;

-- A server that is in no group shows itself without an id.
CREATE VIEW performance_double.replication_group_members AS
    SELECT 'group_replication_applier' AS CHANNEL_NAME, its.uuid AS MEMBER_ID, its.host AS MEMBER_HOST,
        its.port AS MEMBER_PORT, its.state AS MEMBER_STATE,
        IF(its.state = 'ERROR', '', 'PRIMARY') AS MEMBER_ROLE, '8.4.8' AS MEMBER_VERSION
    FROM standin.members own JOIN standin.members its ON its.grp = own.grp
    WHERE own.uuid = '@uuid@' AND (its.state <> 'ERROR' OR its.uuid = own.uuid)
        AND (own.state <> 'ERROR' OR its.uuid = own.uuid)
    UNION ALL SELECT 'group_replication_applier', '', '', NULL, 'OFFLINE', '', ''
    FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM standin.members WHERE uuid = '@uuid@');;

-- Only the definer, who may do everything, writes then, and only one session at a time.
CREATE PROCEDURE standin.open_up()
BEGIN
    DO GET_LOCK('standin', 20);
    SET SESSION sql_log_bin = 0;
    SET GLOBAL super_read_only = OFF;
END;;

CREATE PROCEDURE standin.close_again()
BEGIN
    IF NOT EXISTS (SELECT 1 FROM standin.members WHERE uuid = '@uuid@') THEN
        SET GLOBAL super_read_only = ON;
    END IF;
    SET SESSION sql_log_bin = 1;
    DO RELEASE_LOCK('standin');
END;;

CREATE PROCEDURE standin.fresh()
BEGIN
    CALL standin.open_up();
    DELETE FROM standin.channel;
    DROP USER IF EXISTS rdsgrprepladmin@'%';
    DROP USER IF EXISTS monitor@'%';
    DELETE FROM mysql.rds_configuration;
    INSERT INTO mysql.rds_configuration VALUES ('binlog retention hours', NULL, 'hours'), ('target delay', '0', 's');
    RESET MASTER;
    CALL standin.close_again();
END;;

CREATE PROCEDURE mysql.rds_show_configuration() SELECT name, value, description FROM mysql.rds_configuration;;

CREATE PROCEDURE mysql.rds_set_configuration(IN its VARCHAR(100), IN now INT)
BEGIN
    CALL standin.open_up();
    UPDATE mysql.rds_configuration SET value = now WHERE name = its;
    CALL standin.close_again();
END;;

CREATE PROCEDURE mysql.rds_group_replication_create_user(IN chosen VARCHAR(64))
BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN CALL standin.close_again(); RESIGNAL; END;
    CALL standin.open_up();
    SET @statement = CONCAT('CREATE USER rdsgrprepladmin@''%'' IDENTIFIED BY ', QUOTE(chosen));
    PREPARE made FROM @statement;
    EXECUTE made;
    GRANT REPLICATION SLAVE ON *.* TO rdsgrprepladmin@'%';
    CALL standin.close_again();
END;;

CREATE PROCEDURE mysql.rds_group_replication_set_recovery_channel(IN chosen VARCHAR(64))
BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN CALL standin.close_again(); RESIGNAL; END;
    CALL standin.open_up();
    IF EXISTS (SELECT 1 FROM standin.members WHERE uuid = '@uuid@') THEN
        SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3083,
            MESSAGE_TEXT = 'This operation cannot be performed with running replication threads';
    END IF;
    REPLACE INTO standin.channel VALUES (1, chosen);
    CALL standin.close_again();
END;;

CREATE PROCEDURE mysql.rds_group_replication_stop()
BEGIN
    CALL standin.open_up();
    DELETE FROM standin.members WHERE uuid = '@uuid@';
    CALL standin.close_again();
END;;

-- As the plugin does: it starts a group of its own whenever it is told to, and joins one that a seed is in.
CREATE PROCEDURE mysql.rds_group_replication_start(IN first TINYINT)
BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN CALL standin.close_again(); RESIGNAL; END;
    CALL standin.open_up();
    IF EXISTS (SELECT 1 FROM standin.members WHERE uuid = '@uuid@') THEN
        SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3093,
            MESSAGE_TEXT = 'The START GROUP_REPLICATION command failed since the group is already running.';
    END IF;
    SET @seeds = (SELECT value FROM standin.parameters WHERE name = 'group_replication_group_seeds');
    SET @grp = (
        SELECT MIN(its.grp) FROM standin.members its JOIN standin.made ON its.grp = made.id WHERE its.state = 'ONLINE');
    IF NOT EXISTS (SELECT 1 FROM standin.channel) OR NOT FIND_IN_SET('127.0.0.1:@seen@', @seeds)
        OR (NOT first AND @grp IS NULL)
    THEN
        SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3092, MESSAGE_TEXT =
            'The server is not configured properly to be an active member of the group. Please see more details on error log.';
    END IF;
    IF first THEN
        SET @grp = UUID();
        INSERT INTO standin.made VALUES (@grp, '@uuid@');
    END IF;
    INSERT INTO standin.members VALUES ('@uuid@', '127.0.0.1', @port@, @grp, 'RECOVERING');
    CALL standin.close_again();
END;;

CREATE USER @master@@'%' IDENTIFIED BY '@password@';;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, EXECUTE,
    REPLICATION CLIENT, CREATE USER, EVENT, TRIGGER ON *.* TO @master@@'%' WITH GRANT OPTION;;
