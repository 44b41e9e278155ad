-- Promotions: on the day on which the history of a person says manager where it said rep the day
-- before; and how long it lasted: until the person is a manager no more, or leaves. Who was a
-- manager when the history begins, or was hired as one, was never promoted as far as it tells.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

history as (
    select
        person_id,
        role,
        valid_from,
        promotion_criterion_count,
        defined_criterion_count,
        lag(role) over (
            partition by person_id order by valid_from asc nulls last
        ) as previous_role,
        min(case when role <> 'manager' then valid_from end) over (
            partition by person_id
            order by valid_from asc nulls last
            rows between 1 following and unbounded following
        ) as managed_until
    from {{ ref('dim_person_history') }}
),

promoted as (
    select
        history.person_id,
        history.valid_from as promotion_date,
        history.promotion_criterion_count,
        history.defined_criterion_count,
        clock.as_of_date,
        least(
            coalesce(history.managed_until, cast('9999-12-31' as date)),
            coalesce(persons.leave_date, cast('9999-12-31' as date))
        ) as ended_date
    from history
    cross join clock
    inner join persons on history.person_id = persons.person_id
    where
        history.role = 'manager'
        and history.previous_role = 'rep'
        and history.valid_from <= clock.as_of_date
        and coalesce(persons.leave_date >= history.valid_from, true)
),

final as (
    select
        promoted.person_id,
        promoted.promotion_date,
        org_versions.org_key,
        promoted.promotion_criterion_count,
        promoted.defined_criterion_count,
        promoted.ended_date <= promoted.as_of_date as is_ended,
        cast({{ dbt.datediff(
            'promoted.promotion_date',
            'least(promoted.ended_date, promoted.as_of_date)',
            'day'
        ) }} as integer) as managed_days
    from promoted
    inner join org_versions
        on
            promoted.person_id = org_versions.person_id
            and promoted.promotion_date >= org_versions.valid_from
            and promoted.promotion_date < org_versions.valid_to
)

select * from final
