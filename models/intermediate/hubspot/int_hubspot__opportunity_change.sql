-- sqlfluff:exclude_rules:LT02
-- Changes of single properties become whole states of a deal: each state carries what the earlier
-- events said. An event without a value clears the property from then on. A property of which the
-- history never speaks is null: not known here.
with

deals as (
    select
        opportunity_id,
        stage_name
    from {{ ref('int_hubspot__opportunity') }}
    where row_status = 'accepted'
),

said as (
    select
        deal_id,
        changed_at,
        case
            when lower(property_name) = 'hs_manual_forecast_category' then 'hs_forecast_category'
            else lower(property_name)
        end as property_name,
        property_value,
        property_amount,
        property_at,
        synced_at,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__deal_property_history') }}
    where
        row_status = 'accepted'
        and lower(property_name) in (
            'dealstage', 'amount', 'deal_currency_code', 'closedate', 'hubspot_owner_id',
            'hs_forecast_category', 'hs_manual_forecast_category'
        )
),

staged as (
    select
        deal_id,
        1 as has_stage_history
    from said
    where property_name = 'dealstage'
    group by deal_id
),

-- Entries into stages tell the same story as the property's history, and only fill in for it.
events as (
    select * from said

    union all

    select
        e.deal_id,
        e.entered_at as changed_at,
        'dealstage' as property_name,
        e.stage_alias as property_value,
        cast(null as decimal(18, 2)) as property_amount,
        cast(null as timestamp) as property_at,
        e.synced_at,
        e._source_file,
        e._source_row
    from {{ ref('stg_hubspot__deal_stage') }} as e
    left join staged as s
        on e.deal_id = s.deal_id
    where e.row_status = 'accepted' and s.has_stage_history is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, property_name, changed_at
            order by synced_at desc nulls last, _source_file desc, _source_row desc
        ) as recency
    from events
),

latest as (
    select
        *,
        row_number() over (
            partition by deal_id, changed_at
            order by _source_file asc, _source_row asc
        ) as place
    from ranked
    where recency = 1
),

-- What changed at the same moment is one state.
moments as (
    select
        deal_id,
        changed_at,
        max(case when property_name = 'dealstage' then 1 else 0 end) as says_stage,
        max(case when property_name = 'dealstage' then property_value end) as stage_text,
        max(case when property_name = 'amount' then 1 else 0 end) as says_amount,
        max(case when property_name = 'amount' then property_amount end) as amount,
        max(case when property_name = 'deal_currency_code' then 1 else 0 end) as says_currency,
        max(case when property_name = 'deal_currency_code' then upper(property_value) end)
            as currency,
        max(case when property_name = 'closedate' then 1 else 0 end) as says_close,
        max(case when property_name = 'closedate' then {{ reporting_date('property_at') }} end)
            as close_day,
        max(case when property_name = 'hubspot_owner_id' then 1 else 0 end) as says_owner,
        max(case when property_name = 'hubspot_owner_id' then property_value end) as owner_text,
        max(case when property_name = 'hs_forecast_category' then 1 else 0 end) as says_forecast,
        max(case when property_name = 'hs_forecast_category' then property_value end) as forecast,
        max(case when place = 1 then _source_file end) as _source_file,
        max(case when place = 1 then _source_row end) as _source_row
    from latest
    group by deal_id, changed_at
),

-- The n-th event of a property and all moments until the next one share the number n. A new deal's
-- properties are written one after the other: what is first said within a minute was so before.
counted as (
    select
        *,
        {% for part in ['stage', 'amount', 'currency', 'close', 'owner', 'forecast'] %}
            greatest(
                sum(says_{{ part }}) over (partition by deal_id order by changed_at asc),
                case
                    when
                        min(case when says_{{ part }} = 1 then changed_at end)
                            over (partition by deal_id)
                        <= {{ dbt.dateadd('minute', 1, 'changed_at') }}
                        then 1
                    else 0
                end
            ) as {{ part }}_number,
            max(says_{{ part }}) over (partition by deal_id) as ever_{{ part }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from moments
),

carried as (
    select
        deal_id,
        changed_at,
        ever_stage,
        ever_amount,
        ever_currency,
        ever_close,
        ever_owner,
        ever_forecast,
        _source_file,
        _source_row,
        max(stage_text) over (partition by deal_id, stage_number) as stage_text,
        max(amount) over (partition by deal_id, amount_number) as amount,
        max(currency) over (partition by deal_id, currency_number) as currency,
        max(close_day) over (partition by deal_id, close_number) as close_day,
        max(owner_text) over (partition by deal_id, owner_number) as owner_text,
        max(forecast) over (partition by deal_id, forecast_number) as forecast
    from counted
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || c.deal_id as opportunity_id,
        'hubspot:' || c.deal_id || ':' || cast(c.changed_at as {{ dbt.type_string() }})
            as change_id,
        c.changed_at,
        case when c.ever_stage = 1 then coalesce(s.stage_name, c.stage_text) else d.stage_name end
            as stage_name,
        c.amount,
        c.currency as currency_code,
        c.close_day as close_date,
        case lower(c.forecast)
            when 'omit' then 'Omitted'
            when 'pipeline' then 'Pipeline'
            when 'best_case' then 'Best Case'
            when 'commit' then 'Commit'
            when 'closed' then 'Closed'
            else c.forecast
        end as forecast_category,
        case when c.ever_owner = 1 then coalesce(c.owner_text, '(unassigned)') end as owner_alias,
        c._source_file,
        c._source_row
    from carried as c
    left join deals as d
        on 'hubspot:' || c.deal_id = d.opportunity_id
    left join {{ ref('int_hubspot__stage') }} as s
        on lower(c.stage_text) = lower(s.stage_id)
)

select * from final
