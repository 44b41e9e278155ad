-- Whole states of deals. OpportunityHistory gives them whole; OpportunityFieldHistory gives single
-- fields, which are put together here: at each instant every field is set or carried forward, and
-- the state before the first change comes from the old values. What is null is not known.
-- A change that both logged, or logged twice as id and as name, is one.
with

field_changes as (
    select
        opportunity_field_history_id as change_id,
        opportunity_id,
        created_at as changed_at,
        field_name,
        {% for value, text in [('old_value', 'old_text'), ('new_value', 'new_text')] %}
            case
                when field_name = 'owner' then {{ salesforce_id(value) }}
                when field_name = 'forecast_category'
                    then
                        case lower({{ value }})
                            when 'bestcase' then 'Best Case'
                            when 'mostlikely' then 'Most Likely'
                            when 'forecast' then 'Commit'
                            else {{ value }}
                        end
                else {{ value }}
            end as {{ text }},
        {% endfor %}
        old_amount,
        new_amount,
        old_close_date,
        new_close_date,
        case
            when
                field_name = 'owner'
                and regexp_extract(
                    coalesce(new_value, old_value), '^005[0-9A-Za-z]{12}([0-9A-Za-z]{3})?$', 0
                ) = ''
                then 1
            else 0
        end as is_name,
        _source_file,
        _source_row
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    where
        row_status = 'accepted'
        and not coalesce(is_deleted, false)
        and field_name in (
            'stage_name', 'amount', 'currency_code', 'close_date', 'forecast_category', 'owner',
            'created'
        )
),

tracked as (
    select
        opportunity_id,
        min(changed_at) as first_change_at
    from field_changes
    group by opportunity_id
),

-- The oldest change of each field says what it was before.
oldest as (
    select
        *,
        row_number() over (
            partition by opportunity_id, field_name
            order by changed_at asc, is_name asc, change_id asc
        ) as choice
    from field_changes
),

before_changes as (
    select
        opportunity_id,
        max(case when field_name = 'stage_name' then 1 else 0 end) as stage_name_known,
        max(case when field_name = 'stage_name' then old_text end) as stage_name,
        max(case when field_name = 'amount' then 1 else 0 end) as amount_known,
        max(case when field_name = 'amount' then old_amount end) as amount,
        max(case when field_name = 'currency_code' then 1 else 0 end) as currency_code_known,
        max(case when field_name = 'currency_code' then old_text end) as currency_code,
        max(case when field_name = 'close_date' then 1 else 0 end) as close_date_known,
        max(case when field_name = 'close_date' then old_close_date end) as close_date,
        max(case when field_name = 'forecast_category' then 1 else 0 end)
            as forecast_category_known,
        max(case when field_name = 'forecast_category' then old_text end) as forecast_category,
        max(case when field_name = 'owner' then 1 else 0 end) as owner_alias_known,
        max(case when field_name = 'owner' then old_text end) as owner_alias
    from oldest
    where choice = 1
    group by opportunity_id
),

deals as (
    select
        opportunity_id,
        created_at,
        stage_name,
        _source_file,
        _source_row
    from {{ ref('stg_salesforce__opportunity') }}
    where row_status = 'accepted'
),

firsts as (
    select
        tracked.opportunity_id,
        least(coalesce(deals.created_at, tracked.first_change_at), tracked.first_change_at)
            as changed_at,
        case b.stage_name_known when 1 then b.stage_name else deals.stage_name end as stage_name,
        b.amount,
        b.currency_code,
        b.close_date,
        b.forecast_category,
        b.owner_alias,
        1 as stage_name_known,
        b.amount_known,
        b.currency_code_known,
        b.close_date_known,
        b.forecast_category_known,
        b.owner_alias_known,
        deals._source_file,
        deals._source_row
    from tracked
    inner join before_changes as b
        on tracked.opportunity_id = b.opportunity_id
    left join deals
        on tracked.opportunity_id = deals.opportunity_id
),

-- Whole states of deals with field history and of deals without; either reads what it needs, and
-- millions of rows are not held in memory to be read twice.
{% for name, condition in [('tracked_states', 'is not null'), ('untracked', 'is null')] %}
    {{ name }} as (
        select
            h.opportunity_history_id as change_id,
            h.opportunity_id,
            h.created_at as changed_at,
            h.stage_name,
            h.amount,
            upper(h.currency_code) as currency_code,
            h.close_date,
            h.forecast_category,
            h.owner_id as owner_alias,
            h._source_file,
            h._source_row
        from {{ ref('stg_salesforce__opportunity_history') }} as h
        left join tracked
            on h.opportunity_id = tracked.opportunity_id
        where
            h.row_status = 'accepted'
            and not coalesce(h.is_deleted, false)
            and tracked.opportunity_id {{ condition }}
    ),
{% endfor %}

-- One row per field that is set at an instant. A whole state of that instant is believed before
-- single fields, an id before a name, the last of several changes before the others.
settings as (
    {% for field, type in [
        ('stage_name', 'text'), ('amount', 'amount'), ('currency_code', 'text'),
        ('close_date', 'date'), ('forecast_category', 'text'), ('owner_alias', 'text')
    ] %}
        {% for relation, rank, change in [
            ('firsts', 1, "'first:' || opportunity_id"), ('tracked_states', 3, 'change_id')
        ] %}
            select
                opportunity_id,
                changed_at,
                {{ change }} as change_id,
                '{{ field }}' as field_name,
                {{ field if type == 'text' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
                    as text_value,
                {{ field if type == 'amount' else 'cast(null as decimal(18, 2))' }} as amount_value,
                {{ field if type == 'date' else 'cast(null as date)' }} as date_value,
                {{ rank }} as trust,
                0 as is_name,
                _source_file,
                _source_row
            from {{ relation }}
            {% if rank == 1 %}
                where {{ field }}_known = 1
            {% elif field in ('currency_code', 'owner_alias', 'forecast_category') %}
                where {{ field }} is not null
            {% endif %}
            union all
        {% endfor %}
    {% endfor %}
    select
        opportunity_id,
        changed_at,
        change_id,
        case field_name when 'owner' then 'owner_alias' else field_name end as field_name,
        new_text as text_value,
        new_amount as amount_value,
        new_close_date as date_value,
        2 as trust,
        is_name,
        _source_file,
        _source_row
    from field_changes
    where field_name <> 'created'
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, changed_at, field_name
            order by trust desc, is_name asc, change_id desc
        ) as choice,
        row_number() over (
            partition by opportunity_id, changed_at
            order by trust desc, is_name asc, change_id desc, field_name asc
        ) as witness
    from settings
),

instants as (
    select
        opportunity_id,
        changed_at,
        {% for field, column in [
            ('stage_name', 'text_value'), ('amount', 'amount_value'),
            ('currency_code', 'text_value'), ('close_date', 'date_value'),
            ('forecast_category', 'text_value'), ('owner_alias', 'text_value')
        ] %}
            max(case when field_name = '{{ field }}' then 1 else 0 end) as {{ field }}_set,
            max(case when field_name = '{{ field }}' and choice = 1 then {{ column }} end)
                as {{ field }},
        {% endfor %}
        max(case when witness = 1 then change_id end) as change_id,
        max(case when witness = 1 then _source_file end) as _source_file,
        max(case when witness = 1 then _source_row end) as _source_row
    from ranked
    group by opportunity_id, changed_at
),

-- How often a field was set up to an instant numbers the stretch in which its value holds; what is
-- first said of it was so before.
stretches as (
    select
        {% for field in [
            'stage_name', 'amount', 'currency_code', 'close_date', 'forecast_category',
            'owner_alias'
        ] %}
            greatest(
                sum({{ field }}_set) over (
                    partition by opportunity_id
                    order by changed_at asc rows between unbounded preceding and current row
                ),
                1
            ) as {{ field }}_stretch,
        {% endfor %}
        *
    from instants
),

carried as (
    select
        opportunity_id,
        changed_at,
        {% for field in [
            'stage_name', 'amount', 'currency_code', 'close_date', 'forecast_category',
            'owner_alias'
        ] %}
            max({{ field }}) over (partition by opportunity_id, {{ field }}_stretch)
                as {{ field }},
        {% endfor %}
        change_id,
        _source_file,
        _source_row
    from stretches
),

compared as (
    select
        *,
        concat_ws(
            '|',
            coalesce(stage_name, ''),
            coalesce(cast(amount as {{ dbt.type_string() }}), ''),
            coalesce(currency_code, ''),
            coalesce(cast(close_date as {{ dbt.type_string() }}), ''),
            lower(replace(coalesce(forecast_category, ''), ' ', '')),
            coalesce(owner_alias, '')
        ) as state_text
    from carried
),

numbered as (
    select
        *,
        lag(state_text) over (partition by opportunity_id order by changed_at asc)
            as previous_text
    from compared
),

final as (
    {% for relation in ['untracked', 'numbered'] %}
        select
            'salesforce' as source_system,
            'salesforce:' || opportunity_id as opportunity_id,
            change_id,
            changed_at,
            stage_name,
            amount,
            currency_code,
            close_date,
            forecast_category,
            owner_alias,
            _source_file,
            _source_row
        from {{ relation }}
        {% if loop.last %}
            where previous_text is null or previous_text <> state_text
        {% else %}
            union all
        {% endif %}
    {% endfor %}
)

select * from final
