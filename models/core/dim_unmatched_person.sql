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

-- Only names that share a word, or the first two letters of one, are compared: the cost stays
-- near-linear with many people. A name is taken apart into at most four words.
name_words as (
    {% for number in range(1, 5) %}
        select
            person_id,
            name_key,
            substring({{ dbt.split_part('name_key', "' '", number) }}, 1, 2) as block_key
        from people
        where {{ dbt.split_part('name_key', "' '", number) }} <> ''
        {% if not loop.last %}union{% endif %}
    {% endfor %}
),

alias_words as (
    {% for number in range(1, 5) %}
        select
            source_system,
            alias,
            name_key,
            substring({{ dbt.split_part('name_key', "' '", number) }}, 1, 2) as block_key
        from keyed
        where {{ dbt.split_part('name_key', "' '", number) }} <> ''
        {% if not loop.last %}union{% endif %}
    {% endfor %}
),

pairs as (
    select
        a.source_system,
        a.alias,
        p.person_id,
        a.name_key as alias_name,
        p.name_key as person_name
    from alias_words as a
    inner join name_words as p
        on a.block_key = p.block_key
    group by a.source_system, a.alias, p.person_id, a.name_key, p.name_key
),

-- "Lee, Ann" is compared as "ann lee" too.
compared as (
    select
        source_system,
        alias,
        person_id,
        least(
            levenshtein(alias_name, person_name),
            levenshtein(
                trim({{ dbt.split_part('alias_name', "','", 2) }}) || ' '
                || trim({{ dbt.split_part('alias_name', "','", 1) }}),
                person_name
            )
        ) as distance,
        greatest(length(alias_name), length(person_name)) as name_length
    from pairs
),

ranked as (
    select
        *,
        cast(100 - floor(100 * cast(distance as double) / cast(name_length as double)) as integer)
            as score,
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
        r.person_id as likeliest_person_id,
        r.score as likeliest_score
    from keyed as k
    left join ranked as r
        on
            k.source_system = r.source_system
            and k.alias = r.alias
            and r.choice = 1
)

select * from final
