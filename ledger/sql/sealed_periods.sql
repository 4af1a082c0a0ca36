-- What the seals of entries and accounts add up to, beside what each period's seal says.
SELECT s.id, e.entries, e.lines, coalesce(encode(last.chain, 'hex'), nothing) AS lines_sha256,
       CASE WHEN s.account_count = 0 THEN nothing ELSE encode(a.chain, 'hex') END AS accounts_sha256
  FROM ledger_periodseal s
 CROSS JOIN encode(sha256(''), 'hex') AS nothing
 CROSS JOIN LATERAL (
       SELECT count(*) AS entries, coalesce(sum(octet_length(hashes) / 32 - 1), 0) AS lines
         FROM ledger_entryseal WHERE period_id = s.period_id) e
  LEFT JOIN LATERAL (
       SELECT chain FROM ledger_entryseal WHERE period_id = s.period_id
        ORDER BY number DESC LIMIT 1) last ON true
  LEFT JOIN ledger_accountseal a ON a.number = s.account_count
 ORDER BY s.number
