-- Every period, in the order of the chain: each seal needs the one before.
SELECT json_build_object(
           'id', p.id, 'code', p.code, 'first_day', lower(p.days), 'day_after', upper(p.days),
           'state', p.state, 'closed_by', p.closed_by_id,
           'closed_at', to_char(p.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'seal_number', s.number,
           'sealed_at', to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'entry_count', s.entry_count, 'line_count', s.line_count,
           'lines_sha256', s.lines_sha256, 'account_count', s.account_count,
           'accounts_sha256', s.accounts_sha256, 'previous_sha256', s.previous_sha256,
           'chain_sha256', s.chain_sha256)
  FROM ledger_accountingperiod p
  LEFT JOIN ledger_periodseal s ON s.period_id = p.id
 ORDER BY s.number, p.days
