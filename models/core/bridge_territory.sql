-- Assignments to a territory that nobody delivered are not there; quality.orphan_row lists them.
with

territories as (
    select
        source_system,
        territory_id,
        replace(territory_id, source_system || ':', '') as id_alias,
        lower(territory_name) as name_alias
    from {{ ref('dim_territory') }}
),

named as (
    select
        source_system,
        alias,
        min(territory_id) as territory_id
    from (
        select
            source_system,
            id_alias as alias,
            territory_id,
            1 as precedence
        from territories
        union
        select
            source_system,
            name_alias as alias,
            territory_id,
            2 as precedence
        from territories
    ) as candidates
    group by source_system, alias
    having min(territory_id) = max(territory_id)
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

accounts as (
    select
        alias,
        min(account_id) as account_id
    from {{ ref('int_account_alias') }}
    group by alias
    having min(account_id) = max(account_id)
),

people as (
    select
        coalesce(by_id.territory_id, by_name.territory_id) as territory_id,
        'person' as member_kind,
        coalesce(a.person_id, '(unassigned)') as member_id,
        cast(null as boolean) as is_target,
        coalesce(p.valid_from, cast('1900-01-01' as date)) as valid_from,
        coalesce(p.valid_to, cast('9999-12-31' as date)) as valid_to,
        p.source_system,
        p._source_file,
        p._source_row
    from {{ ref('int_territory_person_conformed') }} as p
    left join named as by_id
        on p.source_system = by_id.source_system and p.territory_alias = by_id.alias
    left join named as by_name
        on p.source_system = by_name.source_system and lower(p.territory_alias) = by_name.alias
    left join aliases as a
        on
            p.source_system = a.source_system
            and p.person_alias = a.alias
            and coalesce(p.valid_from, cast('9999-12-30' as date)) >= a.valid_from
            and coalesce(p.valid_from, cast('9999-12-30' as date)) < a.valid_to
),

territory_accounts as (
    select
        coalesce(by_id.territory_id, by_name.territory_id) as territory_id,
        'account' as member_kind,
        coalesce(id_account.account_id, named_account.account_id, '(unassigned)') as member_id,
        coalesce(t.is_target, false) as is_target,
        coalesce(t.valid_from, cast('1900-01-01' as date)) as valid_from,
        coalesce(t.valid_to, cast('9999-12-31' as date)) as valid_to,
        t.source_system,
        t._source_file,
        t._source_row
    from {{ ref('int_territory_account_conformed') }} as t
    left join named as by_id
        on t.source_system = by_id.source_system and t.territory_alias = by_id.alias
    left join named as by_name
        on t.source_system = by_name.source_system and lower(t.territory_alias) = by_name.alias
    left join accounts as id_account
        on t.account_alias = id_account.alias
    left join accounts as named_account
        on lower(t.account_alias) = named_account.alias
),

members as (
    select * from people
    union all
    select * from territory_accounts
),

ranked as (
    select
        *,
        row_number() over (
            partition by territory_id, member_kind, member_id, valid_from
            order by valid_to desc nulls last, _source_file asc, _source_row asc
        ) as choice
    from members
    where territory_id is not null and member_id <> '(unassigned)'
),

final as (
    select
        territory_id,
        member_kind,
        member_id,
        is_target,
        valid_from,
        valid_to,
        source_system,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
