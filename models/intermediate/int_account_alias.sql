-- By which texts an account is known in each system: its id, else a name that only one account
-- there has, else one that only one account there ever had. Those of a merged account lead to the
-- one that survives.
with

mergers as (
    select * from {{ ref('int_account_merged') }}
),

accounts as (
    select
        a.source_system,
        a.source_account_id,
        a.name_key,
        coalesce(m.account_id, a.account_id) as account_id
    from {{ ref('int_account_conformed') }} as a
    left join mergers as m
        on a.account_id = m.merged_account_id
),

names as (
    select
        source_system,
        name_key,
        min(account_id) as account_id,
        count(distinct account_id) as account_count
    from accounts
    group by source_system, name_key
),

former_names as (
    select
        v.source_system,
        v.name_key,
        min(coalesce(m.account_id, v.account_id)) as account_id
    from {{ ref('int_account_version_conformed') }} as v
    left join mergers as m
        on v.account_id = m.merged_account_id
    where v.name_key is not null
    group by v.source_system, v.name_key
    having min(coalesce(m.account_id, v.account_id)) = max(coalesce(m.account_id, v.account_id))
),

candidates as (
    select
        source_system,
        source_account_id as alias,
        account_id,
        1 as precedence
    from accounts
    where source_account_id is not null

    union all

    -- Of an account that is in no export any more, deals and contacts may still speak.
    select
        source_system,
        merged_alias as alias,
        account_id,
        1 as precedence
    from mergers

    union all

    select
        source_system,
        name_key as alias,
        account_id,
        2 as precedence
    from names
    where account_count = 1 and name_key is not null

    union all

    select
        f.source_system,
        f.name_key as alias,
        f.account_id,
        3 as precedence
    from former_names as f
    left join names as n
        on f.source_system = n.source_system and f.name_key = n.name_key
    where n.name_key is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, alias
            order by precedence asc nulls last, account_id asc nulls last
        ) as choice
    from candidates
),

final as (
    select
        source_system,
        alias,
        account_id
    from ranked
    where choice = 1
)

select * from final
