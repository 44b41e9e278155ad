import streamlit as st

st.title("Coaching")
