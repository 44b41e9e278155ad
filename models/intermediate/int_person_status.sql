-- Since when a person's account in each system has been closed: from the first row that calls it
-- inactive after the last that calls it active, else from the stamp of what is there. A row in
-- force without a stamp has always held.
with

matched as (
    select * from {{ ref('int_person_matched') }}
),

statuses as (
    select * from {{ ref('int_person_status_conformed') }}
),

telling as (
    select
        source_system,
        source_person_id
    from statuses
    group by source_system, source_person_id
),

-- A system that keeps no earlier rows only has its present word.
told as (
    select
        source_system,
        source_person_id,
        is_active,
        stamped_at,
        stamped_date,
        row_status,
        _load_id,
        _source_file,
        _source_row
    from statuses

    union all

    select
        p.source_system,
        p.source_person_id,
        p.is_active,
        cast(null as timestamp) as stamped_at,
        cast(null as date) as stamped_date,
        'accepted' as row_status,
        cast(null as bigint) as _load_id,
        p._source_file,
        p._source_row
    from {{ ref('int_person_source') }} as p
    left join telling as t
        on p.source_system = t.source_system and p.source_person_id = t.source_person_id
    where p.is_active is not null and t.source_person_id is null
),

ranked as (
    select
        m.person_id,
        t.*,
        max(case when t.row_status = 'accepted' and t.stamped_date is null then 1 else 0 end)
            over (partition by t.source_system, t.source_person_id) as has_unstamped,
        row_number() over (
            partition by t.source_system, t.source_person_id, t.stamped_date
            order by
                t.row_status asc,
                t.stamped_at desc nulls last,
                t._load_id desc nulls last,
                t._source_file desc nulls last,
                t._source_row desc nulls last
        ) as recency
    from told as t
    inner join matched as m
        on t.source_system = m.source_system and t.source_person_id = m.source_person_id
),

known as (
    select
        *,
        lag(is_active) over (
            partition by source_system, source_person_id
            order by stamped_date asc nulls first
        ) as was_active
    from ranked
    where
        recency = 1
        and (
            (has_unstamped = 1 and row_status = 'accepted')
            or (has_unstamped = 0 and stamped_date is not null)
        )
),

turns as (
    select
        *,
        coalesce(stamped_date, cast('1900-01-01' as date)) as turn_date
    from known
    where was_active is null or was_active <> is_active
),

final as (
    select
        person_id,
        source_system,
        source_person_id,
        is_active,
        case when not is_active then stamped_date end as inactive_from,
        case
            when was_active is null and is_active then cast('1900-01-01' as date)
            else turn_date
        end as valid_from,
        coalesce(
            lead(turn_date) over (
                partition by source_system, source_person_id
                order by turn_date asc
            ),
            cast('9999-12-31' as date)
        ) as valid_to
    from turns
)

select * from final
