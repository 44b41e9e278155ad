-- What moved, deal by deal, in the last 26 weeks: each change of a version put into the week it
-- happened in, for the owner and organisation of that day.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

stepped as (
    select
        versions.opportunity_id,
        versions.version_number,
        versions.stage_category,
        versions.amount,
        versions.currency_code,
        versions.close_date,
        coalesce(versions.owner_id, '(unassigned)') as owner_id,
        versions.valid_from_date,
        lag(versions.version_number) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_version_number,
        lag(versions.stage_category) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_stage_category,
        lag(versions.amount) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_amount,
        lag(versions.close_date) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_close_date
    from versions
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
),

recent as (
    select
        stepped.*,
        dates.week_start
    from stepped
    inner join dates on stepped.valid_from_date = dates.date_day
    cross join clock
    where
        stepped.valid_from_date <= clock.as_of_date
        and stepped.valid_from_date
        > cast({{ dbt.dateadd('day', -182, 'clock.as_of_date') }} as date)
),

movements as (
    select
        opportunity_id,
        version_number,
        owner_id,
        valid_from_date,
        week_start,
        currency_code,
        'created' as movement,
        coalesce(amount, 0) as amount,
        0 as moved_days
    from recent
    where previous_version_number is null
    union all
    select
        opportunity_id,
        version_number,
        owner_id,
        valid_from_date,
        week_start,
        currency_code,
        stage_category as movement,
        coalesce(amount, 0) as amount,
        0 as moved_days
    from recent
    where
        stage_category in ('won', 'lost', 'no_decision', 'disqualified')
        and (previous_stage_category is null or previous_stage_category <> stage_category)
    union all
    select
        opportunity_id,
        version_number,
        owner_id,
        valid_from_date,
        week_start,
        currency_code,
        'reopened' as movement,
        coalesce(amount, 0) as amount,
        0 as moved_days
    from recent
    where stage_category = 'open' and previous_stage_category <> 'open'
    union all
    select
        opportunity_id,
        version_number,
        owner_id,
        valid_from_date,
        week_start,
        currency_code,
        case when close_date > previous_close_date then 'pushed_out' else 'pulled_in' end
            as movement,
        coalesce(amount, 0) as amount,
        {{ dbt.datediff('previous_close_date', 'close_date', 'day') }} as moved_days
    from recent
    where
        stage_category = 'open'
        and previous_stage_category = 'open'
        and close_date <> previous_close_date
    union all
    select
        opportunity_id,
        version_number,
        owner_id,
        valid_from_date,
        week_start,
        currency_code,
        case when amount > previous_amount then 'increased' else 'decreased' end as movement,
        abs(amount - previous_amount) as amount,
        0 as moved_days
    from recent
    where
        stage_category = 'open'
        and previous_stage_category = 'open'
        and amount <> previous_amount
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, week_start, movement order by version_number desc
        ) as movement_rank
    from movements
),

summed as (
    select
        opportunity_id,
        week_start,
        movement,
        max(case when movement_rank = 1 then owner_id end) as owner_id,
        max(case when movement_rank = 1 then valid_from_date end) as last_moved_date,
        max(case when movement_rank = 1 then currency_code end) as currency_code,
        max(case when movement_rank = 1 then amount end) as last_amount,
        sum(amount) as summed_amount,
        sum(moved_days) as moved_days,
        count(*) as movement_count
    from ranked
    group by opportunity_id, week_start, movement
),

final as (
    select
        summed.opportunity_id,
        summed.week_start,
        summed.movement,
        summed.owner_id,
        org_versions.org_key,
        -- Steps up or down add up; a deal that was pushed twice in a week is still one amount.
        cast(
            case
                when summed.movement in ('increased', 'decreased') then summed.summed_amount
                else summed.last_amount
            end as decimal(18, 2
            )
        ) as amount,
        summed.currency_code,
        cast(summed.moved_days as integer) as moved_days,
        cast(summed.movement_count as integer) as movement_count
    from summed
    inner join org_versions
        on
            summed.owner_id = org_versions.person_id
            and summed.last_moved_date >= org_versions.valid_from
            and summed.last_moved_date < org_versions.valid_to
)

select * from final
