-- Each text that names a person, resolved: by the explicit map, else an id, else an e-mail, else a
-- full name that is unique at that time. Intervals of one alias cover all time without gap or
-- overlap; where person_id is null, reason says why. Nothing is guessed.
with

people as (
    select * from {{ ref('int_person_described') }}
),

matched as (
    select
        s.source_system,
        s.source_person_id,
        s.email_key,
        s.username_key,
        s.name_key,
        m.system_rank,
        m.person_id
    from {{ ref('int_person_source') }} as s
    inner join {{ ref('int_person_matched') }} as m
        on s.source_system = m.source_system and s.source_person_id = m.source_person_id
),

mapped as (
    select * from {{ ref('int_person_mapped') }}
),

-- What facts use, and what the systems call their own people.
aliases as (
    select
        source_system,
        alias,
        cast(sum(row_count) as bigint) as row_count,
        max(case when is_selling_reference then 1 else 0 end) = 1 as is_selling_reference
    from (
        select
            source_system,
            alias,
            row_count,
            is_selling_reference
        from {{ ref('int_person_reference') }}
        union all
        select
            source_system,
            source_person_id as alias,
            0 as row_count,
            false as is_selling_reference
        from matched
    ) as named
    group by source_system, alias
),

keyed as (
    select
        source_system,
        alias,
        row_count,
        is_selling_reference,
        lower(replace(replace(alias, '  ', ' '), '  ', ' ')) as alias_key
    from aliases
),

-- A Salesforce id of 18 characters and its first 15 are one id.
ids as (
    select
        source_system,
        alias,
        alias as id_key
    from keyed
    union
    select
        source_system,
        alias,
        substring(alias, 1, 15) as id_key
    from keyed
    where length(alias) = 18
),

names as (
    select
        name_key,
        person_id
    from matched
    where name_key is not null
    group by name_key, person_id
),

former_names as (
    select
        lower(replace(replace(n.name_text, '  ', ' '), '  ', ' ')) as name_key,
        m.person_id
    from {{ ref('int_person_name_conformed') }} as n
    inner join matched as m
        on n.source_system = m.source_system and n.source_person_id = m.source_person_id
    where n.name_kind = 'name'
    group by lower(replace(replace(n.name_text, '  ', ' '), '  ', ' ')), m.person_id
),

all_names as (
    select
        name_key,
        person_id
    from names
    union
    select
        name_key,
        person_id
    from former_names
),

emails as (
    select
        email_key,
        person_id
    from matched
    where email_key is not null
    union
    select
        username_key as email_key,
        person_id
    from matched
    where username_key is not null
    union
    select
        lower(n.name_text) as email_key,
        m.person_id
    from {{ ref('int_person_name_conformed') }} as n
    inner join matched as m
        on n.source_system = m.source_system and n.source_person_id = m.source_person_id
    where n.name_kind = 'email'
),

-- A name that several people bear belongs to whoever was employed that day.
dated_names as (
    select
        n.name_key,
        n.person_id,
        case
            when count(*) over (partition by n.name_key) = 1 then cast('1900-01-01' as date)
            else coalesce(p.hire_date, cast('1900-01-01' as date))
        end as valid_from,
        case
            when count(*) over (partition by n.name_key) = 1 then cast('9999-12-31' as date)
            else coalesce(
                cast({{ dbt.dateadd('day', 1, 'p.leave_date') }} as date),
                cast('9999-12-31' as date)
            )
        end as valid_to
    from all_names as n
    inner join people as p
        on n.person_id = p.person_id
),

candidates as (
    select
        k.source_system,
        k.alias,
        1 as level_rank,
        'map' as how,
        m.person_id,
        mapped.confirmed_by,
        mapped.valid_from,
        mapped.valid_to
    from keyed as k
    inner join mapped
        on k.source_system = mapped.source_system and k.alias_key = mapped.alias_key
    inner join matched as m
        on
            mapped.target_system = m.source_system
            and mapped.target_person_id = m.source_person_id

    union all

    select
        k.source_system,
        k.alias,
        case
            when m.source_system = k.source_system then 2
            when m.system_rank = 1 then 3
            else 4
        end as level_rank,
        'id' as how,
        m.person_id,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from ids as k
    inner join matched as m
        on k.id_key = m.source_person_id

    union all

    select
        k.source_system,
        k.alias,
        5 as level_rank,
        'email' as how,
        e.person_id,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from keyed as k
    inner join emails as e
        on k.alias_key = e.email_key

    union all

    select
        k.source_system,
        k.alias,
        6 as level_rank,
        'name' as how,
        n.person_id,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        n.valid_from,
        n.valid_to
    from keyed as k
    inner join dated_names as n
        on k.alias_key = n.name_key
),

breakpoints as (
    select
        source_system,
        alias,
        cast('1900-01-01' as date) as valid_from
    from keyed
    union
    select
        source_system,
        alias,
        valid_from
    from candidates
    union
    select
        source_system,
        alias,
        valid_to as valid_from
    from candidates
    where valid_to < cast('9999-12-31' as date)
),

intervals as (
    select
        source_system,
        alias,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by source_system, alias
                order by valid_from asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_to
    from breakpoints
),

ranked as (
    select
        i.source_system,
        i.alias,
        i.valid_from,
        i.valid_to,
        c.person_id,
        c.how,
        c.confirmed_by,
        rank() over (
            partition by i.source_system, i.alias, i.valid_from
            order by c.level_rank asc nulls last
        ) as choice
    from intervals as i
    left join candidates as c
        on
            i.source_system = c.source_system
            and i.alias = c.alias
            and i.valid_from >= c.valid_from
            and i.valid_from < c.valid_to
),

resolved as (
    select
        source_system,
        alias,
        valid_from,
        valid_to,
        case when min(person_id) = max(person_id) then min(person_id) end as person_id,
        min(how) as how,
        min(confirmed_by) as confirmed_by,
        case
            when min(person_id) is null then 'unmatched'
            when min(person_id) <> max(person_id) then 'ambiguous'
        end as interval_reason
    from ranked
    where choice = 1
    group by source_system, alias, valid_from, valid_to
),

-- Outside everybody's employment a shared name is still a shared name, not an unknown one.
shared as (
    select
        source_system,
        alias
    from candidates
    group by source_system, alias
    having min(person_id) <> max(person_id)
),

final as (
    select
        r.source_system,
        r.alias,
        k.row_count,
        k.is_selling_reference,
        r.person_id,
        case when r.person_id is not null then r.how end as how,
        case when r.person_id is not null then r.confirmed_by end as confirmed_by,
        case
            when r.interval_reason = 'unmatched' and s.alias is not null then 'ambiguous'
            else r.interval_reason
        end as reason,
        r.valid_from,
        r.valid_to
    from resolved as r
    inner join keyed as k
        on r.source_system = k.source_system and r.alias = k.alias
    left join shared as s
        on r.source_system = s.source_system and r.alias = s.alias
)

select * from final
