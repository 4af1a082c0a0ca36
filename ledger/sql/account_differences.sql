-- Accounts that are not as they were sealed, and seals that don't continue the one before.
WITH sealed AS (
    SELECT number, account_id, sha256,
           chain = pg_catalog.sha256(coalesce(lag(chain) OVER by_number, '') || sha256)
               AND number = row_number() OVER by_number AS continues
      FROM ledger_accountseal
    WINDOW by_number AS (ORDER BY number)
)
SELECT s.account_id, s.number, s.continues, f.account_id IS NOT NULL AS is_there,
       count(*) OVER () AS differences
  FROM sealed s
  LEFT JOIN hashes_of_accounts() f ON f.account_id = s.account_id
 WHERE NOT s.continues OR s.sha256 IS DISTINCT FROM f.sha256
 ORDER BY s.number
 LIMIT %(at_most)s
