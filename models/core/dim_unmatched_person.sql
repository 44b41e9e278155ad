-- Who is named in the data but matches nobody, or several. The likeliest match is a suggestion for
-- the alias map; no fact uses it.
with

people as (
    select
        person_id,
        name_key
    from {{ ref('int_person_described') }}
    where name_key is not null
),

-- Only the rows of the days on which the name meant nobody, or several.
unmatched as (
    select
        a.source_system,
        a.alias,
        min(a.reason) as reason,
        cast(sum(r.row_count) as bigint) as row_count
    from {{ ref('int_person_alias') }} as a
    inner join {{ ref('int_person_reference') }} as r
        on
            a.source_system = r.source_system
            and a.alias = r.alias
            and a.valid_from <= r.reference_date
            and a.valid_to > r.reference_date
    where a.reason is not null
    group by a.source_system, a.alias
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
