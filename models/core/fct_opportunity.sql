with

clock as (
    select
        as_of_date,
        reporting_currency
    from {{ ref('dim_clock') }}
),

rates as (
    select * from {{ ref('dim_exchange_rate_day') }}
),

-- What was known of a deal at as_of: the newest row stamped by then, else the earliest there is. A
-- row in force without a stamp has always held.
row_versions as (
    select
        o.*,
        row_number() over (
            partition by o.opportunity_id
            order by
                case
                    when o.row_status = 'accepted' and o.stamped_at is null then 1
                    when o.stamped_date <= clock.as_of_date then 2
                    when o.stamped_at is not null then 3
                    else 4
                end asc,
                case when o.stamped_date <= clock.as_of_date then o.stamped_at end desc nulls last,
                o.stamped_at asc nulls last,
                o.row_status asc,
                o._load_id desc,
                o._source_file desc,
                o._source_row desc
        ) as recency
    from {{ ref('int_opportunity_conformed') }} as o
    cross join clock
    where o.row_status in ('accepted', 'superseded')
),

deals as (
    select * from row_versions
    where recency = 1
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

last_versions as (
    select * from versions
    where is_last
),

-- A merge counts only if the deal that survives is there.
merged as (
    select
        m.merged_opportunity_id,
        m.opportunity_id,
        m.merged_date
    from {{ ref('dim_opportunity_merge') }} as m
    inner join last_versions as survivors
        on m.opportunity_id = survivors.opportunity_id
),

stays as (
    select
        opportunity_id,
        max(case when is_current then entered_date end) as current_stage_date,
        cast(sum(case when is_reopening then 1 else 0 end) as integer) as reopening_count
    from {{ ref('fct_opportunity_stage') }}
    group by opportunity_id
),

pushes as (
    select
        opportunity_id,
        cast(sum(case when is_close_date_push then 1 else 0 end) as integer) as push_count,
        cast(sum(close_date_push_days) as integer) as push_days
    from versions
    group by opportunity_id
),

qualified as (
    select
        opportunity_id,
        amount,
        is_inferred,
        valid_from_date,
        row_number() over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as qualified_number
    from versions
    where is_qualified
),

named_activities as (
    select
        a.source_system || ':' || a.opportunity_alias as opportunity_id,
        max(a.activity_date) as last_activity_date
    from {{ ref('int_activity_conformed') }} as a
    cross join clock
    where
        a.is_completed
        and not a.is_deleted
        and a.opportunity_alias is not null
        and a.activity_date <= clock.as_of_date
    group by a.source_system || ':' || a.opportunity_alias
),

activities as (
    select
        coalesce(m.opportunity_id, a.opportunity_id) as opportunity_id,
        max(a.last_activity_date) as last_activity_date
    from named_activities as a
    left join merged as m
        on a.opportunity_id = m.merged_opportunity_id
    group by coalesce(m.opportunity_id, a.opportunity_id)
),

-- A deal handed over after it was closed stays with the person who closed it.
closers as (
    select
        v.opportunity_id,
        v.owner_id
    from versions as v
    inner join last_versions as l
        on v.opportunity_id = l.opportunity_id
    where
        l.stage_category <> 'open'
        and l.close_date >= v.valid_from_date
        and l.close_date < v.valid_to_date
),

account_aliases as (
    select * from {{ ref('int_account_alias') }}
),

product_aliases as (
    select * from {{ ref('int_product_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'opportunity'
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

joined as (
    select
        d.opportunity_id,
        d.opportunity_name,
        coalesce(by_id.account_id, by_name.account_id) as account_id,
        coalesce(closers.owner_id, v.owner_id) as owner_id,
        p.product_id,
        v.stage_name,
        v.stage_category,
        v.stage_order,
        v.stage_category as outcome,
        v.amount,
        v.currency_code,
        d.created_date,
        case
            when v.stage_category = 'open' then v.close_date
            when v.close_date <= clock.as_of_date then v.close_date
            else s.current_stage_date
        end as close_date,
        s.current_stage_date,
        s.reopening_count,
        q.valid_from_date as first_qualified_date,
        -- Where only the end is known, what it ended at is the best word on what it was.
        case
            when q.is_inferred and v.stage_category <> 'open' then nullif(v.amount, 0)
            else q.amount
        end as first_qualified_amount,
        pushes.push_count as close_date_push_count,
        pushes.push_days as close_date_push_days,
        case
            when d.last_activity_date <= clock.as_of_date
                then
                    greatest(
                        coalesce(a.last_activity_date, d.last_activity_date), d.last_activity_date
                    )
            else a.last_activity_date
        end as last_activity_date,
        v.forecast_category,
        d.opportunity_type,
        d.lead_source,
        m.opportunity_id is not null as is_merged,
        m.opportunity_id as merged_into_opportunity_id,
        (coalesce(flags.is_deleted, false) or m.opportunity_id is not null) as is_deleted,
        coalesce(least(flags.deleted_date, m.merged_date), flags.deleted_date, m.merged_date)
            as deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        clock.as_of_date,
        clock.reporting_currency,
        d.source_system,
        d._source_file,
        d._source_row
    from deals as d
    cross join clock
    inner join last_versions as v
        on d.opportunity_id = v.opportunity_id
    inner join stays as s
        on d.opportunity_id = s.opportunity_id
    inner join pushes
        on d.opportunity_id = pushes.opportunity_id
    left join closers
        on d.opportunity_id = closers.opportunity_id
    left join qualified as q
        on d.opportunity_id = q.opportunity_id and q.qualified_number = 1
    left join activities as a
        on d.opportunity_id = a.opportunity_id
    left join account_aliases as by_id
        on d.source_system = by_id.source_system and d.account_alias = by_id.alias
    left join account_aliases as by_name
        on d.source_system = by_name.source_system and lower(d.account_alias) = by_name.alias
    left join product_aliases as p
        on lower(trim(d.product_alias)) = p.alias_key
    left join flags
        on d.opportunity_id = flags.record_key
    left join merged as m
        on d.opportunity_id = m.merged_opportunity_id
),

priced as (
    select
        j.*,
        o.org_key as owner_org_key,
        r.rate,
        r.constant_rate,
        {{ converted('j.amount', 'r.rate') }} as reporting_amount,
        {{ converted('j.amount', 'r.constant_rate') }} as constant_rate_amount
    from joined as j
    inner join org_versions as o
        on
            j.owner_id = o.person_id
            and case when j.outcome = 'open' then j.as_of_date else j.close_date end >= o.valid_from
            and case when j.outcome = 'open' then j.as_of_date else j.close_date end < o.valid_to
    left join rates as r
        on
            j.currency_code = r.currency_code
            and case when j.outcome = 'open' then j.as_of_date else j.close_date end = r.date_day
),

final as (
    select
        j.opportunity_id,
        j.opportunity_name,
        j.account_id,
        j.owner_id,
        j.product_id,
        j.stage_name,
        j.stage_category,
        j.stage_order,
        j.outcome,
        j.outcome = 'open' as is_open,
        j.outcome = 'won' as is_won,
        j.outcome <> 'open' as is_closed,
        j.amount,
        j.currency_code,
        j.reporting_amount,
        j.constant_rate_amount,
        j.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            'j.amount', 'j.rate', 'j.constant_rate', 'j.reporting_amount', 'j.constant_rate_amount'
        ) }} as currency_reason_code,
        j.created_date,
        j.close_date,
        cast(
            case
                when j.outcome <> 'open' and j.close_date >= j.created_date
                    then {{ dbt.datediff('j.created_date', 'j.close_date', 'day') }}
            end as integer
        ) as cycle_days,
        j.current_stage_date,
        j.first_qualified_date,
        j.first_qualified_amount,
        j.close_date_push_count,
        j.close_date_push_days,
        j.reopening_count,
        j.last_activity_date,
        j.forecast_category,
        j.opportunity_type,
        j.lead_source,
        j.is_merged,
        j.merged_into_opportunity_id,
        j.is_deleted,
        j.deleted_date,
        j.has_rejected_newer_version,
        j.owner_org_key,
        j.source_system,
        j._source_file,
        j._source_row
    from priced as j
)

select * from final
