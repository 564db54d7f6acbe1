"""What the database keeps true by itself: a job for each run, credits that add up, clones that are counted.

Each function runs with the rights of its owner and says which schema it means, because what it writes is not the
caller's to write. Errors whose state begins with GW carry a sentence for people.
"""

#: A run that met an error stays an error when a person ends it; an older run that was never seen to end has ended.
RECORD_RUN = """
CREATE FUNCTION record_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    now_is text := CASE NEW.state WHEN 'error' THEN 'error' WHEN 'stopped' THEN 'stopped' ELSE 'running' END;
    ended timestamptz := CASE WHEN NEW.state = 'stopped' THEN COALESCE(NEW.last_stopped_at, now()) END;
BEGIN
    UPDATE public.jobs SET status = 'stopped', stopped_at = NEW.last_started_at, updated_at = now()
        WHERE user_id = NEW.user_id AND bot_uid = NEW.bot_uid AND run < NEW.run AND stopped_at IS NULL
            AND status = 'running';
    INSERT INTO public.jobs AS j (user_id, venue, job_id, bot_uid, run, status, start_time, stopped_at, error)
        VALUES (NEW.user_id, NEW.venue, NEW.bot_uid || '@' || NEW.run, NEW.bot_uid, NEW.run, now_is,
            COALESCE(NEW.last_started_at, now()), ended, NEW.last_error)
        ON CONFLICT (user_id, job_id) DO UPDATE SET
            status = CASE WHEN j.status = 'error' AND NEW.state IN ('stopping', 'stopped') THEN 'error' ELSE now_is END,
            stopped_at = ended, error = COALESCE(EXCLUDED.error, j.error), updated_at = now();
    RETURN NULL;
END $$
"""

CHECK_CREDITS = """
CREATE FUNCTION check_credit_transaction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted bigint;
    entries bigint;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'credit_entries' THEN wanted := NEW.transaction_id; ELSE wanted := NEW.id; END IF;
    SELECT count(*), sum(amount) INTO entries, total FROM public.credit_entries WHERE transaction_id = wanted;
    IF entries < 2 OR total <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'GW101',
            MESSAGE = 'A movement of credits needs two entries or more that come to zero.';
    END IF;
    RETURN NULL;
END $$
"""

#: In two steps: an INSERT of what is spent would be held against the check before it met the row that is there.
BOOK_CREDITS = """
CREATE FUNCTION book_credit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.credits (user_id, balance) VALUES (NEW.user_id, 0) ON CONFLICT (user_id) DO NOTHING;
    UPDATE public.credits SET balance = balance + NEW.amount, updated_at = now() WHERE user_id = NEW.user_id;
    RETURN NULL;
END $$
"""

KEEP_CREDITS = """
CREATE FUNCTION keep_credit_books() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GW102', MESSAGE = 'What is in the books of credits is never changed.';
END $$
"""

#: A balance is what the entries come to: only their trigger writes it, and only the end of a user removes it.
KEEP_BALANCE = """
CREATE FUNCTION keep_credit_balance() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'GW102', MESSAGE = 'A balance of credits is changed by its entries alone.';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""

COUNT_CLONE = """
CREATE FUNCTION count_clone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.templates SET clone_count = clone_count + 1
        WHERE id = NEW.template_id AND (is_public OR user_id = NEW.user_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'GW103', MESSAGE = 'There is no such template.';
    END IF;
    RETURN NULL;
END $$
"""

STATEMENTS = (
    RECORD_RUN,
    """
    CREATE TRIGGER run_of_new_bot AFTER INSERT ON bot_instances
    FOR EACH ROW WHEN (NEW.run > 0) EXECUTE FUNCTION record_run()
    """,
    """
    CREATE TRIGGER run_of_bot AFTER UPDATE ON bot_instances
    FOR EACH ROW WHEN (NEW.run > 0 AND (OLD.state <> NEW.state OR OLD.run <> NEW.run)) EXECUTE FUNCTION record_run()
    """,
    CHECK_CREDITS,
    """
    CREATE CONSTRAINT TRIGGER sum_of_transaction AFTER INSERT ON credit_transactions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_credit_transaction()
    """,
    """
    CREATE CONSTRAINT TRIGGER sum_of_entries AFTER INSERT ON credit_entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_credit_transaction()
    """,
    BOOK_CREDITS,
    """
    CREATE TRIGGER balance_of_entry AFTER INSERT ON credit_entries
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION book_credit_entry()
    """,
    KEEP_CREDITS,
    """
    CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION keep_credit_books()
    """,
    """
    CREATE TRIGGER transactions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION keep_credit_books()
    """,
    KEEP_BALANCE,
    """
    CREATE TRIGGER balance_follows BEFORE INSERT OR UPDATE OR DELETE ON credits
    FOR EACH ROW EXECUTE FUNCTION keep_credit_balance()
    """,
    COUNT_CLONE,
    """
    CREATE TRIGGER clone_is_counted AFTER INSERT ON template_clones
    FOR EACH ROW EXECUTE FUNCTION count_clone()
    """,
    # The runs that are known: of each bot its present or last one.
    """
    INSERT INTO jobs (user_id, venue, job_id, bot_uid, run, status, start_time, stopped_at, error)
    SELECT user_id, venue, bot_uid || '@' || run, bot_uid, run,
        CASE state WHEN 'error' THEN 'error' WHEN 'stopped' THEN 'stopped' ELSE 'running' END,
        COALESCE(last_started_at, created_at), CASE WHEN state = 'stopped' THEN COALESCE(last_stopped_at, now()) END,
        last_error
    FROM bot_instances WHERE run > 0
    """,
)

TRIGGERS = (("run_of_new_bot", "bot_instances"), ("run_of_bot", "bot_instances"))
FUNCTIONS = (
    "record_run",
    "check_credit_transaction",
    "book_credit_entry",
    "keep_credit_books",
    "keep_credit_balance",
    "count_clone",
)
