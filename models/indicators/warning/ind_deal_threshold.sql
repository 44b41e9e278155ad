-- What is long for a deal, learned from the deals that were won: how long they sat in a stage, how
-- old they were and how long their customer was silent. Learned anew at the start of every quarter
-- from what was known before it, so that no threshold of the past ever changes and nothing of the
-- future is in it.
--
-- Kaplan and Meier's estimate: a stay that goes on at the start of the quarter counts for as long
-- as it was watched. Counts are kept by the quarters from and until which they hold, so that each
-- deal is read once and not once a quarter. What is lost at the start of a quarter leaves with a
-- minus.
{% set never = 1000000 %}
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

opportunities as (
    select
        opportunity_id,
        coalesce(opportunity_type, '(none)') as segment,
        created_date
    from {{ ref('fct_opportunity') }}
    where not is_deleted
),

stages as (
    select * from {{ ref('fct_opportunity_stage') }}
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

contacts as (
    select * from {{ ref('ind_deal_contact') }}
),

quarters as (
    select
        dates.quarter_start,
        row_number() over (order by dates.quarter_start asc) as quarter_number
    from dates
    cross join clock
    where dates.date_day <= clock.as_of_date
    group by dates.quarter_start
),

-- What happens on a day is known at the start of the next quarter.
known as (
    select
        dates.date_day,
        quarters.quarter_number + 1 as known_number
    from dates
    inner join quarters on dates.quarter_start = quarters.quarter_start
),

-- A stage under another name with the same place in the funnel is the same stage.
stays as (
    select
        stages.opportunity_id,
        opportunities.segment,
        opportunities.created_date,
        stages.stay_number,
        stages.stage_category,
        stages.stage_order,
        stages.entered_at,
        stages.entered_date,
        concat(
            stages.source_system,
            ':',
            case
                when stages.stage_category <> 'open' then stages.stage_category
                else coalesce(
                    cast(stages.stage_order as {{ dbt.type_string() }}), stages.stage_name
                )
            end
        ) as stage_key
    from stages
    inner join opportunities on stages.opportunity_id = opportunities.opportunity_id
),

followed as (
    select
        *,
        lag(stage_key) over (
            partition by opportunity_id order by stay_number asc nulls last
        ) as previous_key
    from stays
),

places as (
    select
        *,
        lead(entered_date) over (
            partition by opportunity_id order by stay_number asc nulls last
        ) as left_date,
        lead(stage_category) over (
            partition by opportunity_id order by stay_number asc nulls last
        ) as next_category,
        lead(stage_order) over (
            partition by opportunity_id order by stay_number asc nulls last
        ) as next_order
    from followed
    where previous_key is null or previous_key <> stage_key
),

numbered as (
    select
        places.*,
        coalesce(entering.known_number, 1) as entered_number,
        case
            when places.left_date is not null then coalesce(leaving.known_number, 1)
            else {{ never }}
        end as left_number,
        coalesce(
            places.next_category = 'won'
            or (places.next_category = 'open' and places.next_order > places.stage_order),
            false
        ) as is_forward
    from places
    left join known as entering on places.entered_date = entering.date_day
    left join known as leaving on places.left_date = leaving.date_day
),

open_places as (
    select * from numbered
    where stage_category = 'open'
),

lost_places as (
    select
        opportunity_id,
        entered_number,
        left_number
    from numbered
    where stage_category not in ('open', 'won')
),

-- Won as known at the start of a quarter: from the quarter after the win, until it is reopened.
won_places as (
    select
        numbered.opportunity_id,
        numbered.segment,
        numbered.created_date,
        numbered.entered_number,
        numbered.left_number,
        case
            when versions.close_date < numbered.entered_date then versions.close_date
            else numbered.entered_date
        end as won_date
    from numbered
    left join versions
        on
            numbered.opportunity_id = versions.opportunity_id
            and numbered.entered_at = versions.valid_from
    where numbered.stage_category = 'won' and numbered.entered_number < numbered.left_number
),

lives as (
    select
        'stay' as threshold_kind,
        segment,
        stage_key,
        {{ dbt.datediff('entered_date', 'left_date', 'day') }} as duration,
        is_forward as is_event,
        left_number as first_number,
        {{ never }} as next_number,
        1 as life_count
    from open_places
    where left_number < {{ never }}
    union all
    select
        'stay' as threshold_kind,
        open_places.segment,
        open_places.stage_key,
        {{ dbt.datediff('open_places.entered_date', 'open_places.left_date', 'day') }} as duration,
        open_places.is_forward as is_event,
        greatest(open_places.left_number, lost_places.entered_number) as first_number,
        lost_places.left_number as next_number,
        -1 as life_count
    from open_places
    inner join lost_places on open_places.opportunity_id = lost_places.opportunity_id
    where
        open_places.left_number < {{ never }}
        and greatest(open_places.left_number, lost_places.entered_number) < lost_places.left_number
    union all
    select
        'age' as threshold_kind,
        segment,
        'all' as stage_key,
        {{ dbt.datediff('created_date', 'won_date', 'day') }} as duration,
        true as is_event,
        entered_number as first_number,
        left_number as next_number,
        1 as life_count
    from won_places
    where won_date >= created_date
),

-- From creation to the first contact, between contacts, and from the last one to the win.
won_contacts as (
    select
        won_places.opportunity_id,
        won_places.segment,
        won_places.entered_number,
        won_places.left_number,
        won_places.created_date,
        won_places.won_date,
        contacts.contact_date
    from won_places
    inner join contacts
        on
            won_places.opportunity_id = contacts.opportunity_id
            and won_places.created_date < contacts.contact_date
            and won_places.won_date > contacts.contact_date
),

talked_deals as (
    select
        opportunity_id,
        segment,
        entered_number,
        left_number,
        created_date,
        won_date
    from won_contacts
    group by opportunity_id, segment, entered_number, left_number, created_date, won_date
),

contact_days as (
    select
        opportunity_id,
        segment,
        entered_number,
        left_number,
        contact_date
    from won_contacts
    union all
    select
        opportunity_id,
        segment,
        entered_number,
        left_number,
        created_date as contact_date
    from talked_deals
    union all
    select
        opportunity_id,
        segment,
        entered_number,
        left_number,
        won_date as contact_date
    from talked_deals
),

gaps as (
    select
        segment,
        entered_number,
        left_number,
        contact_date,
        lag(contact_date) over (
            partition by opportunity_id, entered_number order by contact_date asc nulls last
        ) as previous_date
    from contact_days
),

gathered as (
    select
        threshold_kind,
        segment,
        stage_key,
        duration,
        is_event,
        first_number,
        next_number,
        sum(life_count) as life_count
    from lives
    where duration >= 0
    group by
        threshold_kind, segment, stage_key, duration, is_event, first_number, next_number
    union all
    select
        'gap' as threshold_kind,
        segment,
        'all' as stage_key,
        {{ dbt.datediff('previous_date', 'contact_date', 'day') }} as duration,
        true as is_event,
        entered_number as first_number,
        left_number as next_number,
        count(*) as life_count
    from gaps
    where previous_date is not null
    group by
        segment,
        {{ dbt.datediff('previous_date', 'contact_date', 'day') }},
        entered_number,
        left_number
),

-- The won deals behind a threshold.
backed as (
    select
        'stay' as threshold_kind,
        won_stages.segment,
        won_stages.stage_key,
        won_stages.entered_number as first_number,
        won_stages.left_number as next_number,
        count(*) as deal_count
    from (
        select
            open_places.opportunity_id,
            open_places.segment,
            open_places.stage_key,
            won_places.entered_number,
            won_places.left_number
        from open_places
        inner join won_places
            on
                open_places.opportunity_id = won_places.opportunity_id
                and open_places.left_number <= won_places.entered_number
        where open_places.is_forward
        group by
            open_places.opportunity_id,
            open_places.segment,
            open_places.stage_key,
            won_places.entered_number,
            won_places.left_number
    ) as won_stages
    group by
        won_stages.segment,
        won_stages.stage_key,
        won_stages.entered_number,
        won_stages.left_number
    union all
    select
        'age' as threshold_kind,
        segment,
        'all' as stage_key,
        entered_number as first_number,
        left_number as next_number,
        count(*) as deal_count
    from won_places
    where won_date >= created_date
    group by segment, entered_number, left_number
    union all
    select
        'gap' as threshold_kind,
        segment,
        'all' as stage_key,
        entered_number as first_number,
        left_number as next_number,
        count(*) as deal_count
    from talked_deals
    group by segment, entered_number, left_number
),

spans as (
    select
        first_number,
        next_number
    from gathered
    group by first_number, next_number
    union
    select
        first_number,
        next_number
    from backed
    group by first_number, next_number
),

span_quarters as (
    select
        spans.first_number,
        spans.next_number,
        quarters.quarter_start
    from spans
    inner join quarters
        on
            spans.first_number <= quarters.quarter_number
            and spans.next_number > quarters.quarter_number
),

watched as (
    select
        gathered.threshold_kind,
        span_quarters.quarter_start,
        gathered.segment,
        gathered.stage_key,
        gathered.duration,
        gathered.is_event,
        gathered.life_count
    from gathered
    inner join span_quarters
        on
            gathered.first_number = span_quarters.first_number
            and gathered.next_number = span_quarters.next_number
    union all
    -- Still there at the start of the quarter.
    select
        'stay' as threshold_kind,
        quarters.quarter_start,
        open_places.segment,
        open_places.stage_key,
        {{ dbt.datediff('open_places.entered_date', 'quarters.quarter_start', 'day') }} as duration,
        false as is_event,
        1 as life_count
    from open_places
    inner join quarters
        on
            open_places.entered_number <= quarters.quarter_number
            and open_places.left_number > quarters.quarter_number
),

-- Each segment, and all of them together.
segmented as (
    select
        watched.threshold_kind,
        watched.quarter_start,
        watched.segment,
        watched.stage_key,
        watched.duration,
        sum(case when watched.is_event then watched.life_count else 0 end) as event_count,
        sum(watched.life_count) as leaving_count
    from watched
    group by
        watched.threshold_kind,
        watched.quarter_start,
        watched.segment,
        watched.stage_key,
        watched.duration
),

groups as (
    select
        threshold_kind,
        quarter_start,
        segment,
        stage_key,
        duration,
        event_count,
        leaving_count
    from segmented
    union all
    select
        threshold_kind,
        quarter_start,
        '(company)' as segment,
        stage_key,
        duration,
        sum(event_count) as event_count,
        sum(leaving_count) as leaving_count
    from segmented
    group by threshold_kind, quarter_start, stage_key, duration
),

at_risk as (
    select
        *,
        sum(leaving_count) over (
            partition by threshold_kind, quarter_start, segment, stage_key
            order by duration desc nulls last
            rows between unbounded preceding and current row
        ) as risk_count
    from groups
),

-- Decimals, because the sum of doubles depends on the order in which they are added.
hazards as (
    select
        *,
        case
            when event_count > 0 and event_count < risk_count
                then cast(
                    ln(
                        1 - cast(event_count as double) / cast(risk_count as double)
                    ) as decimal(28, 15)
                )
            else 0
        end as survival_log,
        event_count > 0 and event_count >= risk_count as is_last_gone
    from at_risk
),

survived as (
    select
        threshold_kind,
        quarter_start,
        segment,
        stage_key,
        duration,
        is_last_gone,
        sum(survival_log) over (
            partition by threshold_kind, quarter_start, segment, stage_key
            order by duration asc nulls last
            rows between unbounded preceding and current row
        ) as survival_log_sum
    from hazards
),

estimated as (
    select
        threshold_kind,
        quarter_start,
        segment,
        stage_key,
        min(case
            when is_last_gone or cast(survival_log_sum as double) <= ln(0.250000001e0) then duration
        end) as days_75,
        min(case
            when is_last_gone or cast(survival_log_sum as double) <= ln(0.100000001e0) then duration
        end) as days_90
    from survived
    group by threshold_kind, quarter_start, segment, stage_key
),

backed_segments as (
    select
        backed.threshold_kind,
        span_quarters.quarter_start,
        backed.segment,
        backed.stage_key,
        sum(backed.deal_count) as deal_count
    from backed
    inner join span_quarters
        on
            backed.first_number = span_quarters.first_number
            and backed.next_number = span_quarters.next_number
    group by
        backed.threshold_kind, span_quarters.quarter_start, backed.segment, backed.stage_key
),

backing as (
    select
        threshold_kind,
        quarter_start,
        segment,
        stage_key,
        deal_count
    from backed_segments
    union all
    select
        threshold_kind,
        quarter_start,
        '(company)' as segment,
        stage_key,
        sum(deal_count) as deal_count
    from backed_segments
    group by threshold_kind, quarter_start, stage_key
),

-- Fewer than 20 won deals say nothing about the next one.
learned as (
    select
        estimated.threshold_kind,
        estimated.quarter_start,
        estimated.segment,
        estimated.stage_key,
        estimated.days_75,
        estimated.days_90,
        backing.deal_count
    from estimated
    inner join backing
        on
            estimated.threshold_kind = backing.threshold_kind
            and estimated.quarter_start = backing.quarter_start
            and estimated.segment = backing.segment
            and estimated.stage_key = backing.stage_key
    where backing.deal_count >= 20
),

segments as (
    select segment
    from opportunities
    group by segment
),

final as (
    select
        company.threshold_kind,
        company.quarter_start,
        segments.segment,
        company.stage_key,
        case when own.segment is not null then 'segment' else 'company' end as learned_from,
        cast(
            case when own.segment is not null then own.days_75 else company.days_75 end as integer
        ) as days_75,
        cast(
            case when own.segment is not null then own.days_90 else company.days_90 end as integer
        ) as days_90,
        cast(coalesce(own.deal_count, company.deal_count) as bigint) as deal_count
    from learned as company
    cross join segments
    left join learned as own
        on
            company.threshold_kind = own.threshold_kind
            and company.quarter_start = own.quarter_start
            and company.stage_key = own.stage_key
            and segments.segment = own.segment
    where company.segment = '(company)'
)

select * from final
