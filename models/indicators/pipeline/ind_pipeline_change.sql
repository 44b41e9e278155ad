-- Why the pipeline of a period is at its end another one than at its beginning, deal by deal: each
-- deal as it stood on the eve of the period beside how it stands on its last day, or how it closed
-- in between. Each amount has one class, so that start and changes make the end; a date that was
-- moved out and back again within the period is no change. What was transferred is so first, at
-- the start's amount; all else happens to whoever holds the deal at the end or closed it.
--
-- Deals and periods go by numbers until the end: joins of millions of rows by ids take twice as
-- long.
{% set inputs = ['amount', 'reporting_amount', 'constant_rate_amount'] %}
{% set keys = 'deal_number, period_number, pipeline_view' %}
with

periods as (
    select
        period_grain,
        period_start,
        period_end,
        stock_date,
        cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) as eve_date,
        row_number() over (
            order by period_grain asc nulls last, period_start asc nulls last
        ) as period_number
    from {{ ref('ind_period_day') }}
    where period_grain in ('month', 'quarter', 'fiscal_quarter')
),

date_periods as (
    select
        bridge.date_day,
        periods.period_number
    from {{ ref('bridge_date_period') }} as bridge
    inner join periods
        on
            bridge.period_grain = periods.period_grain
            and bridge.period_start = periods.period_start
),

clock as (
    select * from {{ ref('dim_clock') }}
),

deals as (
    select
        opportunity_id,
        row_number() over (order by opportunity_id asc nulls last) as deal_number
    from {{ ref('fct_opportunity') }}
    where not is_deleted
),

versions as (
    select
        deals.deal_number,
        v.version_number,
        v.stage_category,
        v.owner_id,
        v.valid_from_date,
        v.currency_code,
        v.amount,
        v.constant_rate_amount
    from {{ ref('fct_opportunity_version') }} as v
    inner join deals on v.opportunity_id = deals.opportunity_id
),

snapshots as (
    select
        deals.deal_number,
        s.snapshot_date,
        s.close_date,
        s.owner_org_key,
        coalesce(s.currency_code, s.reporting_currency_code) as currency_code,
        coalesce(s.amount, 0) as amount,
        coalesce(s.reporting_amount, 0) as reporting_amount,
        coalesce(s.constant_rate_amount, 0) as constant_rate_amount
    from {{ ref('fct_pipeline_snapshot') }} as s
    inner join deals on s.opportunity_id = deals.opportunity_id
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

rates as (
    select * from {{ ref('dim_exchange_rate_day') }}
),

-- Versions are numbered without a gap: the one before is the one with the number before.
turns as (
    select
        versions.*,
        lag(versions.stage_category) over (
            partition by versions.deal_number order by versions.version_number asc
        ) as stage_before
    from versions
),

-- Closed in the period, and open the moment before.
closings as (
    select
        turns.deal_number,
        date_periods.period_number,
        max(turns.version_number) as last_number,
        max(case when turns.stage_before = 'open' then turns.version_number end)
            as closing_number
    from turns
    cross join clock
    inner join date_periods on turns.valid_from_date = date_periods.date_day
    where turns.stage_category <> 'open' and turns.valid_from_date <= clock.as_of_date
    group by turns.deal_number, date_periods.period_number
    having max(case when turns.stage_before = 'open' then 1 else 0 end) = 1
),

-- What it was worth in the end if it was won, and while it was open if it was not: many set the
-- amount of a lost deal to nothing.
closed as (
    select
        closings.deal_number,
        closings.period_number,
        ended.stage_category as outcome,
        org_versions.org_key,
        valued.currency_code,
        valued.amount,
        {{ converted('valued.amount', 'rates.rate') }} as reporting_amount,
        valued.constant_rate_amount,
        closing.valid_from_date as valued_date
    from closings
    inner join versions as ended
        on
            closings.deal_number = ended.deal_number
            and closings.last_number = ended.version_number
    inner join versions as closing
        on
            closings.deal_number = closing.deal_number
            and closings.closing_number = closing.version_number
    inner join versions as valued
        on
            closings.deal_number = valued.deal_number
            and case
                when ended.stage_category = 'won' then closings.last_number
                else closings.closing_number - 1
            end = valued.version_number
    inner join org_versions
        on
            coalesce(closing.owner_id, '(unassigned)') = org_versions.person_id
            and closing.valid_from_date >= org_versions.valid_from
            and closing.valid_from_date < org_versions.valid_to
    left join rates
        on
            valued.currency_code = rates.currency_code
            and closing.valid_from_date = rates.date_day
),

started as (
    select
        periods.period_number,
        snapshots.*
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.eve_date
),

stayed as (
    select
        periods.period_number,
        snapshots.*
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.stock_date
),

-- Open at the end, else closed in the period.
ended as (
    select
        period_number,
        deal_number,
        'open' as outcome,
        close_date,
        owner_org_key as org_key,
        currency_code,
        amount,
        reporting_amount,
        constant_rate_amount,
        snapshot_date as valued_date
    from stayed
    union all
    select
        closed.period_number,
        closed.deal_number,
        closed.outcome,
        cast(null as date) as close_date,
        closed.org_key,
        coalesce(closed.currency_code, clock.reporting_currency) as currency_code,
        coalesce(closed.amount, 0) as amount,
        coalesce(closed.reporting_amount, 0) as reporting_amount,
        coalesce(closed.constant_rate_amount, 0) as constant_rate_amount,
        closed.valued_date
    from closed
    cross join clock
    left join stayed
        on
            closed.deal_number = stayed.deal_number
            and closed.period_number = stayed.period_number
    where stayed.deal_number is null
),

first_versions as (
    select
        deal_number,
        valid_from_date as first_date
    from versions
    where version_number = 1
),

compared as (
    select
        ended.deal_number,
        ended.period_number,
        started.deal_number is not null as was_open,
        coalesce(
            started.close_date >= periods.period_start
            and started.close_date <= periods.period_end,
            false
        ) as was_due,
        coalesce(started.close_date < periods.period_start, false) as was_due_before,
        started.owner_org_key as old_org_key,
        started.currency_code as old_currency_code,
        {% for input in inputs %}
            started.{{ input }} as old_{{ input }},
        {% endfor %}
        ended.outcome,
        coalesce(
            ended.close_date >= periods.period_start and ended.close_date <= periods.period_end,
            false
        ) as is_due,
        coalesce(ended.close_date < periods.period_start, false) as is_due_before,
        ended.org_key,
        ended.currency_code,
        {% for input in inputs %}
            ended.{{ input }},
        {% endfor %}
        -- The start's amount at the end's rate: what lies between is the change of the rate.
        coalesce({{ converted('started.amount', 'rates.rate') }}, 0) as revalued_amount,
        first_versions.first_date >= periods.period_start as is_new
    from ended
    inner join periods on ended.period_number = periods.period_number
    left join started
        on
            ended.deal_number = started.deal_number
            and ended.period_number = started.period_number
    inner join first_versions on ended.deal_number = first_versions.deal_number
    left join rates
        on
            ended.currency_code = rates.currency_code
            and ended.valued_date = rates.date_day
    -- Most deals stand at the end as they stood at the start.
    where
        started.deal_number is null
        or ended.outcome <> 'open'
        or started.owner_org_key <> ended.org_key
        or started.currency_code <> ended.currency_code
        or started.amount <> ended.amount
        or started.reporting_amount <> ended.reporting_amount
        or started.constant_rate_amount <> ended.constant_rate_amount
        or coalesce(started.close_date <> ended.close_date, true)
),

viewed as (
    select
        *,
        'open' as pipeline_view,
        was_open as was_in,
        outcome = 'open' as is_in,
        true as is_counted
    from compared
    union all
    select
        *,
        'due' as pipeline_view,
        was_due as was_in,
        outcome = 'open' and is_due as is_in,
        was_due or is_due or outcome <> 'open' as is_counted
    from compared
),

-- What leaves without being won leaves as it stood at the start, if it was there.
judged as (
    select
        deal_number,
        period_number,
        pipeline_view,
        was_in,
        is_in,
        old_org_key,
        org_key,
        old_currency_code,
        {% for input in inputs %}
            old_{{ input }},
        {% endfor %}
        revalued_amount,
        is_in or outcome = 'won' or not was_open as is_revalued,
        case
            when is_in or outcome = 'won' or not was_open then currency_code
            else old_currency_code
        end as currency_code,
        {% for input in inputs %}
            case
                when is_in or outcome = 'won' or not was_open then {{ input }}
                else old_{{ input }}
            end as {{ input }},
        {% endfor %}
        case
            when was_in then null
            when not was_open and is_new then 'created'
            when not was_open then 'reopened'
            when was_due_before then 'slipped_in'
            else 'pulled_in'
        end as entry_class,
        case
            when is_in then null
            when outcome <> 'open' then outcome
            when is_due_before then 'moved_before'
            else 'pushed_out'
        end as exit_class
    from viewed
    where is_counted
),

changes as (
    select
        {{ keys }},
        entry_class as change_class,
        org_key,
        currency_code,
        1 as deal_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from judged
    where not was_in
    union all
    select
        {{ keys }},
        'transferred' as change_class,
        old_org_key as org_key,
        old_currency_code as currency_code,
        -1 as deal_count,
        -old_amount as amount,
        -old_reporting_amount as reporting_amount,
        -old_constant_rate_amount as constant_rate_amount
    from judged
    where was_in and old_org_key <> org_key
    union all
    select
        {{ keys }},
        'transferred' as change_class,
        org_key,
        old_currency_code as currency_code,
        1 as deal_count,
        old_amount as amount,
        old_reporting_amount as reporting_amount,
        old_constant_rate_amount as constant_rate_amount
    from judged
    where was_in and old_org_key <> org_key
    union all
    select
        {{ keys }},
        'currency_changed' as change_class,
        org_key,
        old_currency_code as currency_code,
        -1 as deal_count,
        -old_amount as amount,
        -old_reporting_amount as reporting_amount,
        -old_constant_rate_amount as constant_rate_amount
    from judged
    where was_in and is_revalued and old_currency_code <> currency_code
    union all
    select
        {{ keys }},
        'currency_changed' as change_class,
        org_key,
        currency_code,
        1 as deal_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from judged
    where was_in and is_revalued and old_currency_code <> currency_code
    union all
    select
        {{ keys }},
        'rate_changed' as change_class,
        org_key,
        currency_code,
        0 as deal_count,
        0 as amount,
        revalued_amount - old_reporting_amount as reporting_amount,
        0 as constant_rate_amount
    from judged
    where
        was_in
        and is_revalued
        and old_currency_code = currency_code
        and revalued_amount <> old_reporting_amount
    union all
    select
        {{ keys }},
        case when amount > old_amount then 'increased' else 'decreased' end as change_class,
        org_key,
        currency_code,
        0 as deal_count,
        amount - old_amount as amount,
        reporting_amount - revalued_amount as reporting_amount,
        constant_rate_amount - old_constant_rate_amount as constant_rate_amount
    from judged
    where
        was_in
        and is_revalued
        and old_currency_code = currency_code
        and amount <> old_amount
    union all
    select
        {{ keys }},
        exit_class as change_class,
        org_key,
        currency_code,
        -1 as deal_count,
        -amount as amount,
        -reporting_amount as reporting_amount,
        -constant_rate_amount as constant_rate_amount
    from judged
    where not is_in
),

final as (
    select
        deals.opportunity_id,
        periods.period_grain,
        periods.period_start,
        changes.pipeline_view,
        changes.change_class,
        changes.org_key,
        changes.currency_code,
        cast(changes.deal_count as integer) as deal_count,
        cast(changes.amount as decimal(18, 2)) as amount,
        cast(changes.reporting_amount as decimal(18, 2)) as reporting_amount,
        cast(changes.constant_rate_amount as decimal(18, 2)) as constant_rate_amount
    from changes
    inner join deals on changes.deal_number = deals.deal_number
    inner join periods on changes.period_number = periods.period_number
)

select * from final
