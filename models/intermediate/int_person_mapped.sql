-- The explicit alias map: which source record the data team says a name belongs to, and since when.
-- The person may be given as a key with its system (people:17), an id, an e-mail or a unique full
-- name.
with

aliases as (
    select
        source_system,
        lower(replace(replace(alias, '  ', ' '), '  ', ' ')) as alias_key,
        person_name,
        lower(replace(replace(person_name, '  ', ' '), '  ', ' ')) as target_key,
        confirmed_by,
        coalesce(valid_from, cast('1900-01-01' as date)) as valid_from,
        _source_file,
        _source_row
    from {{ ref('int_person_map_conformed') }}
),

people as (
    select * from {{ ref('int_person_source') }}
),

targets as (
    select
        source_system,
        source_person_id,
        system_rank,
        0 as level_rank,
        source_system || ':' || source_person_id as target_text
    from people

    union all

    select
        source_system,
        source_person_id,
        system_rank,
        1 as level_rank,
        source_person_id as target_text
    from people

    union all

    select
        source_system,
        source_person_id,
        system_rank,
        2 as level_rank,
        email_key as target_text
    from people
    where email_key is not null

    union all

    select
        source_system,
        source_person_id,
        system_rank,
        3 as level_rank,
        name_key as target_text
    from people
    where name_key is not null
),

candidates as (
    select
        aliases.source_system,
        aliases.alias_key,
        aliases.valid_from,
        aliases.confirmed_by,
        aliases._source_file,
        aliases._source_row,
        targets.source_system as target_system,
        targets.source_person_id as target_person_id,
        rank() over (
            partition by aliases._source_file, aliases._source_row
            order by targets.level_rank asc nulls last, targets.system_rank asc nulls last
        ) as choice
    from aliases
    inner join targets
        on
            (targets.level_rank <= 1 and aliases.person_name = targets.target_text)
            or (targets.level_rank >= 2 and aliases.target_key = targets.target_text)
),

counted as (
    select
        *,
        count(*) over (partition by _source_file, _source_row) as target_count,
        row_number() over (
            partition by source_system, alias_key, valid_from
            order by _source_file desc, _source_row desc
        ) as recency
    from candidates
    where choice = 1
),

final as (
    select
        source_system,
        alias_key,
        target_system,
        target_person_id,
        confirmed_by,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by source_system, alias_key
                order by valid_from asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_to
    from counted
    where target_count = 1 and recency = 1
)

select * from final
