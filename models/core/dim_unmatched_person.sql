-- Who is named in the data but matches nobody, or several. The likeliest match is a suggestion for the alias
-- map; no fact uses it.
with

people as (
    select
        person_id,
        name_key
    from {{ ref('int_person_conformed') }}
    where name_key is not null
),

unmatched as (
    select
        source_system,
        alias,
        min(reason) as reason,
        max(row_count) as row_count
    from {{ ref('int_person_alias') }}
    where reason is not null and row_count > 0
    group by source_system, alias
),

keyed as (
    select
        *,
        case
            when {{ dbt.position("'@'", 'alias') }} > 0
                then replace(replace(
                    lower({{ dbt.split_part('alias', "'@'", 1) }}), '.', ' '
                ), '_', ' ')
            else lower(alias)
        end as name_key
    from unmatched
),

compared as (
    select
        k.source_system,
        k.alias,
        p.person_id,
        levenshtein(k.name_key, p.name_key) as distance,
        length(p.name_key) as name_length
    from keyed as k
    cross join people as p
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, alias
            order by distance asc nulls last, person_id asc nulls last
        ) as choice
    from compared
    where 2 * distance <= name_length
),

final as (
    select
        k.source_system as system,
        k.alias,
        k.reason,
        k.row_count,
        r.person_id as likeliest_person_id
    from keyed as k
    left join ranked as r
        on
            k.source_system = r.source_system
            and k.alias = r.alias
            and r.choice = 1
)

select * from final
