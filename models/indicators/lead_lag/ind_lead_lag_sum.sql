-- All that the association of two measures needs, per manager: sums of squares and products of the
-- places around each rep's own mean. What a resampled company would show is a weighting of these
-- sums, so no resampling ever touches the months of reps again.
with

places as (
    select * from {{ ref('ind_lead_lag_place') }}
),

measures as (
    select
        indicator_id,
        measure_id,
        timing,
        min(month_number) as first_month_number,
        cast(row_number() over (order by indicator_id, measure_id) as integer) as measure_number
    from places
    group by indicator_id, measure_id, timing
),

last_month as (
    select max(month_number) as last_month_number from places
),

reps as (
    select
        rep_id,
        cast(row_number() over (order by rep_id) as integer) as rep_number
    from places
    group by rep_id
),

-- The last third of the months in which both are known is held out: outcomes of these months never
-- have a say in which lag is looked at.
pairs as (
    select
        leads.measure_number as leading_number,
        lags.measure_number as lagging_number,
        leads.indicator_id as leading_indicator_id,
        leads.measure_id as leading_measure_id,
        lags.indicator_id as lagging_indicator_id,
        lags.measure_id as lagging_measure_id,
        greatest(leads.first_month_number, lags.first_month_number) as first_month_number,
        last_month.last_month_number,
        cast(
            last_month.last_month_number + 1 - floor(
                cast(
                    last_month.last_month_number + 1
                    - greatest(leads.first_month_number, lags.first_month_number) as double
                ) / cast(3 as double)
            ) as integer
        ) as hold_out_month_number
    from measures as leads
    cross join last_month
    inner join measures as lags on leads.timing = 'leading' and lags.timing = 'lagging'
),

numbered as (
    select
        measures.measure_number,
        measures.timing,
        reps.rep_number,
        places.month_number,
        places.place
    from places
    inner join measures
        on
            places.indicator_id = measures.indicator_id
            and places.measure_id = measures.measure_id
    inner join reps on places.rep_id = reps.rep_id
),

befores as (
    select * from numbered
    where timing = 'leading'
),

outcomes as (
    select * from numbered
    where timing = 'lagging'
),

-- A lag at a time, so that only the reps of one lag are held at once.
rep_sums as (
    {% for lag in range(7) %}
        select
            pairs.leading_number,
            pairs.lagging_number,
            {{ lag }} as lag_months,
            outcomes.month_number >= pairs.hold_out_month_number as is_hold_out,
            outcomes.rep_number,
            count(*) as month_count,
            cast(sum(befores.place) as double) as sum_x,
            cast(sum(outcomes.place) as double) as sum_y,
            cast(sum(cast(befores.place as bigint) * befores.place) as double) as sum_xx,
            cast(sum(cast(outcomes.place as bigint) * outcomes.place) as double) as sum_yy,
            cast(sum(cast(befores.place as bigint) * outcomes.place) as double) as sum_xy
        from befores
        inner join outcomes
            on
                befores.rep_number = outcomes.rep_number
                and befores.month_number + {{ lag }} = outcomes.month_number
        inner join pairs
            on
                befores.measure_number = pairs.leading_number
                and outcomes.measure_number = pairs.lagging_number
        where outcomes.month_number >= pairs.first_month_number
        group by
            pairs.leading_number,
            pairs.lagging_number,
            outcomes.month_number >= pairs.hold_out_month_number,
            outcomes.rep_number
        having count(*) >= 3
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

rep_managers as (
    select
        reps.rep_number,
        min(places.manager_id) as manager_id
    from places
    inner join reps on places.rep_id = reps.rep_id
    group by reps.rep_number
),

-- Whole numbers from here on: their sums do not depend on the order in which they are added.
centred as (
    select
        leading_number,
        lagging_number,
        lag_months,
        is_hold_out,
        rep_number,
        month_count,
        cast(round(
            sum_xx - cast(sum_x * sum_x as double) / cast(month_count as double)
        ) as bigint) as square_x,
        cast(round(
            sum_yy - cast(sum_y * sum_y as double) / cast(month_count as double)
        ) as bigint) as square_y,
        cast(round(
            sum_xy - cast(sum_x * sum_y as double) / cast(month_count as double)
        ) as bigint) as product_xy
    from rep_sums
),

added_up as (
    select
        centred.leading_number,
        centred.lagging_number,
        centred.lag_months,
        centred.is_hold_out,
        rep_managers.manager_id,
        cast(sum(centred.month_count) as bigint) as rep_month_count,
        count(*) as rep_count,
        cast(sum(centred.square_x) as bigint) as square_x,
        cast(sum(centred.square_y) as bigint) as square_y,
        cast(sum(centred.product_xy) as bigint) as product_xy
    from centred
    inner join rep_managers on centred.rep_number = rep_managers.rep_number
    group by
        centred.leading_number,
        centred.lagging_number,
        centred.lag_months,
        centred.is_hold_out,
        rep_managers.manager_id
),

final as (
    select
        pairs.leading_indicator_id,
        pairs.leading_measure_id,
        pairs.lagging_indicator_id,
        pairs.lagging_measure_id,
        added_up.lag_months,
        added_up.is_hold_out,
        added_up.manager_id,
        pairs.first_month_number,
        pairs.hold_out_month_number,
        pairs.last_month_number,
        added_up.rep_month_count,
        added_up.rep_count,
        added_up.square_x,
        added_up.square_y,
        added_up.product_xy
    from added_up
    inner join pairs
        on
            added_up.leading_number = pairs.leading_number
            and added_up.lagging_number = pairs.lagging_number
)

select * from final
