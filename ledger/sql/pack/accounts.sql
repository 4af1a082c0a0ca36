SELECT json_build_object(
           'id', coalesce(a.id, s.account_id), 'code', a.code, 'kind', a.kind,
           'commodity', a.commodity_id, 'exponent', c.exponent, 'scheme', a.scheme_id,
           'department', a.department_id, 'scope', a.scope, 'category', a.category,
           'durability_class', a.durability_class, 'legal_entity', a.legal_entity_id,
           'counterparty', a.counterparty_id, 'seal_number', s.number,
           'sha256', encode(s.sha256, 'hex'), 'chain', encode(s.chain, 'hex'))
  FROM ledger_account a
  LEFT JOIN ledger_commodity c ON c.code = a.commodity_id
  FULL JOIN ledger_accountseal s ON s.account_id = a.id
 ORDER BY s.number, a.id
