{{ config(
    meta={
        'rule_id': 'LEDGER-REJECTED-LISTED',
        'sentence': 'The list of rejected rows is as long as the ledger says.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: an auditor who counts the list of rejected rows gets another number than the ledger.
with

ledger as (
    select sum(rejected_rows) as rejected_rows
    from {{ ref('ledger') }}
    where file_status = 'landed'
),

listed as (
    select count(*) as rejected_rows
    from {{ ref('rejected_row') }}
)

select
    ledger.rejected_rows,
    listed.rejected_rows as listed_rows
from ledger
cross join listed
where coalesce(ledger.rejected_rows, 0) <> listed.rejected_rows
