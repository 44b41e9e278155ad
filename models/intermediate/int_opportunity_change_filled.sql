-- Whole states of deals from their history, in which the fields of which it never speaks (often the
-- owner) are what the versions of the deal's row said at the time. Where the rows always said the
-- same, or only the row in force is known, that holds all along.
-- Millions of changes are read where they are needed, not kept: a common table expression that is
-- read twice is held in memory as a whole.
{% set fields = ['amount', 'currency_code', 'close_date', 'forecast_category', 'owner_alias'] %}
with

deal_rows as (
    select * from {{ ref('int_opportunity_conformed') }}
),

spoken as (
    select
        opportunity_id,
        {% for field in fields %}
            max(case when {{ field }} is null then 0 else 1 end) as says_{{ field }},
        {% endfor %}
        max(changed_at) as last_change_at
    from {{ ref('int_opportunity_change_conformed') }}
    group by opportunity_id
),

-- Only deals of which several rows are known can tell more than the row in force.
followed as (
    select opportunity_id from deal_rows
    where stamped_at is not null
    group by opportunity_id
    having count(*) > 1
),

unspoken as (
    select
        r.opportunity_id,
        r.source_system,
        r.stamped_at,
        s.last_change_at,
        {% for field in fields %}
            case when s.says_{{ field }} = 0 then r.{{ field }} end as {{ field }},
        {% endfor %}
        r._source_file,
        r._source_row,
        row_number() over (
            partition by r.opportunity_id, r.stamped_at
            order by r.row_status asc, r._load_id desc, r._source_file desc, r._source_row desc
        ) as choice
    from deal_rows as r
    inner join followed as f
        on r.opportunity_id = f.opportunity_id
    inner join spoken as s
        on r.opportunity_id = s.opportunity_id
    where
        r.stamped_at is not null
        and s.says_amount + s.says_currency_code + s.says_close_date + s.says_forecast_category
        + s.says_owner_alias < 5
),

compared as (
    select
        *,
        {% for field in fields %}
            lag({{ field }}) over (partition by opportunity_id order by stamped_at asc)
                as previous_{{ field }},
        {% endfor %}
        row_number() over (partition by opportunity_id order by stamped_at asc) as row_place
    from unspoken
    where choice = 1
),

fillings as (
    select
        *,
        max(row_place) over (partition by opportunity_id) as last_place
    from compared
    where
        row_place = 1
        {% for field in fields %}
            or {{ field }} <> previous_{{ field }}
            or ({{ field }} is null) <> (previous_{{ field }} is null)
        {% endfor %}
),

filled as (
    select opportunity_id from fillings
    where row_place = 1 and last_place > 1
),

ranked as (
    select
        c.*,
        row_number() over (
            partition by c.opportunity_id, c.changed_at
            order by c.change_id desc
        ) as choice
    from {{ ref('int_opportunity_change_conformed') }} as c
    inner join filled
        on c.opportunity_id = filled.opportunity_id
),

-- The first row's word holds from the beginning, a later row's from its stamp.
instants as (
    select
        source_system,
        opportunity_id,
        change_id,
        changed_at,
        1 as is_change,
        0 as is_filling,
        false as is_base,
        stage_name,
        amount,
        currency_code,
        close_date,
        forecast_category,
        owner_alias,
        _source_file,
        _source_row
    from ranked
    where choice = 1

    union all

    select
        f.source_system,
        f.opportunity_id,
        f.opportunity_id || ':' || cast(f.stamped_at as {{ dbt.type_string() }}) as change_id,
        case when f.row_place = 1 then cast('1900-01-01' as timestamp) else f.stamped_at end
            as changed_at,
        0 as is_change,
        1 as is_filling,
        f.row_place = 1 as is_base,
        cast(null as {{ dbt.type_string() }}) as stage_name,
        f.amount,
        f.currency_code,
        f.close_date,
        f.forecast_category,
        f.owner_alias,
        f._source_file,
        f._source_row
    from fillings as f
    inner join filled
        on f.opportunity_id = filled.opportunity_id
    where f.row_place = 1 or f.stamped_at <= f.last_change_at
),

-- All of one instant count together, so that a change and a row of the same moment are one state.
counted as (
    select
        *,
        sum(is_change) over (partition by opportunity_id order by changed_at asc) as change_stretch,
        sum(is_filling) over (partition by opportunity_id order by changed_at asc)
            as filling_stretch
    from instants
),

carried as (
    select
        source_system,
        opportunity_id,
        change_id,
        changed_at,
        change_stretch,
        is_base,
        max(stage_name) over (partition by opportunity_id, change_stretch) as stage_name,
        {% for field in fields %}
            max(case when is_change = 1 then {{ field }} end) over (
                partition by opportunity_id, change_stretch
            ) as changed_{{ field }},
            max(case when is_filling = 1 then {{ field }} end) over (
                partition by opportunity_id, filling_stretch
            ) as filled_{{ field }},
        {% endfor %}
        _source_file,
        _source_row
    from counted
),

deals as (
    select
        r.opportunity_id,
        {% for field in fields %}
            r.{{ field }},
            s.says_{{ field }},
        {% endfor %}
        filled.opportunity_id is not null as is_filled
    from deal_rows as r
    inner join spoken as s
        on r.opportunity_id = s.opportunity_id
    left join filled
        on r.opportunity_id = filled.opportunity_id
    where r.row_status = 'accepted'
),

final as (
    select
        c.source_system,
        c.opportunity_id,
        c.change_id,
        c.changed_at,
        c.stage_name,
        case when d.says_amount = 1 then c.amount else d.amount end as amount,
        coalesce(c.currency_code, d.currency_code) as currency_code,
        case when d.says_close_date = 1 then c.close_date else d.close_date end as close_date,
        case when d.says_forecast_category = 1 then c.forecast_category else d.forecast_category end
            as forecast_category,
        coalesce(c.owner_alias, d.owner_alias) as owner_alias,
        c._source_file,
        c._source_row
    from {{ ref('int_opportunity_change_conformed') }} as c
    inner join deals as d
        on c.opportunity_id = d.opportunity_id
    where not d.is_filled

    union all

    select
        c.source_system,
        c.opportunity_id,
        c.change_id,
        c.changed_at,
        c.stage_name,
        case when d.says_amount = 1 then c.changed_amount else c.filled_amount end as amount,
        coalesce(
            case when d.says_currency_code = 1 then c.changed_currency_code end,
            c.filled_currency_code,
            d.currency_code
        ) as currency_code,
        case when d.says_close_date = 1 then c.changed_close_date else c.filled_close_date end
            as close_date,
        case
            when d.says_forecast_category = 1 then c.changed_forecast_category
            else c.filled_forecast_category
        end as forecast_category,
        case
            when d.says_owner_alias = 1 then coalesce(c.changed_owner_alias, d.owner_alias)
            else c.filled_owner_alias
        end as owner_alias,
        c._source_file,
        c._source_row
    from carried as c
    inner join deals as d
        on c.opportunity_id = d.opportunity_id
    where c.change_stretch > 0 and not c.is_base
)

select * from final
