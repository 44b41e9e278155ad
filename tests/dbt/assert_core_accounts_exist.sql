-- Risk: coaching and activities of an account that nobody knows are missing from its figures.
{{ config(
    meta={
        'rule_id': 'CORE-ACCOUNTS-EXIST',
        'sentence': 'Every account that an activity or a session names exists in core.dim_account.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

accounts as (
    select account_id from {{ ref('dim_account') }}
),

named as (
    select
        'fct_activity' as object,
        account_id
    from {{ ref('fct_activity') }}
    union all
    select
        'fct_coaching_session' as object,
        account_id
    from {{ ref('fct_coaching_session') }}
)

select
    named.object,
    named.account_id
from named
left join accounts
    on named.account_id = accounts.account_id
where named.account_id is not null and accounts.account_id is null
